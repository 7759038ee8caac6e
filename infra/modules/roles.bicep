// What may be done, each kind by itself. The actions are those that the code calls: roles/*.json is written from its table.
targetScope = 'subscription'

var auditor = loadJsonContent('../roles/auditor.json')
var extensionEnforcer = loadJsonContent('../roles/extension-enforcer.json')
var networkEnforcer = loadJsonContent('../roles/network-enforcer.json')
var diagnostician = loadJsonContent('../roles/diagnostician.json')

// A tenant has each name of a role once: the subscription's id tells them apart.
resource auditorRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'wac-guard', 'auditor')
  properties: {
    roleName: '${auditor.roleName} (${subscription().subscriptionId})'
    description: auditor.description
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
    ]
    permissions: [
      {
        actions: auditor.actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource extensionEnforcerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'wac-guard', 'extension-enforcer')
  properties: {
    roleName: '${extensionEnforcer.roleName} (${subscription().subscriptionId})'
    description: extensionEnforcer.description
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
    ]
    permissions: [
      {
        actions: extensionEnforcer.actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource networkEnforcerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'wac-guard', 'network-enforcer')
  properties: {
    roleName: '${networkEnforcer.roleName} (${subscription().subscriptionId})'
    description: networkEnforcer.description
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
    ]
    permissions: [
      {
        actions: networkEnforcer.actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

// For people who look into a VM. Nobody has it unless somebody gives it to them, and the app never does what it permits.
resource diagnosticianRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'wac-guard', 'diagnostician')
  properties: {
    roleName: '${diagnostician.roleName} (${subscription().subscriptionId})'
    description: diagnostician.description
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
    ]
    permissions: [
      {
        actions: diagnostician.actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

output auditorId string = auditorRole.id
output extensionEnforcerId string = extensionEnforcerRole.id
output networkEnforcerId string = networkEnforcerRole.id
output diagnosticianId string = diagnosticianRole.id
