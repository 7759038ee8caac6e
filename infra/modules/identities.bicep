// Who the app is. One identity does, and with `separateIdentities` whoever can misuse one kind of write has none of the others.
param prefix string
param location string
param tags object
param separateIdentities bool

resource guard 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-guard'
  location: location
  tags: tags
}

// Event Grid's own, for dead letters: it can write into one container, and nothing else anywhere.
resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-events'
  location: location
  tags: tags
}

// Writing an extension is as much as being SYSTEM on the VM.
resource extensions 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = if (separateIdentities) {
  name: '${prefix}-extensions'
  location: location
  tags: tags
}

resource network 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = if (separateIdentities) {
  name: '${prefix}-network'
  location: location
  tags: tags
}

resource redirects 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = if (separateIdentities) {
  name: '${prefix}-redirects'
  location: location
  tags: tags
}

var ofReading = {
  '${guard.id}': {}
}
var ofWriting = {
  '${extensions.id}': {}
  '${network.id}': {}
  '${redirects.id}': {}
}

output guardId string = guard.id
output guardClientId string = guard.properties.clientId
output guardPrincipalId string = guard.properties.principalId
output eventsId string = events.id
output eventsPrincipalId string = events.properties.principalId
output extensionsClientId string = separateIdentities ? extensions.properties.clientId : guard.properties.clientId
output extensionsPrincipalId string = separateIdentities ? extensions.properties.principalId : guard.properties.principalId
output networkClientId string = separateIdentities ? network.properties.clientId : guard.properties.clientId
output networkPrincipalId string = separateIdentities ? network.properties.principalId : guard.properties.principalId
output redirectsClientId string = separateIdentities ? redirects.properties.clientId : guard.properties.clientId
output redirectsPrincipalId string = separateIdentities ? redirects.properties.principalId : guard.properties.principalId
output appIdentities object = union(ofReading, separateIdentities ? ofWriting : {})
