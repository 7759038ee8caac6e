// Brings a subscription under the app: what the app may do there, and the events it is told of. Deployed to each subscription that
// is watched, the app's own too, once the app's functions are there.
targetScope = 'subscription'

metadata description = 'WAC Guard: roles, role assignments and event subscriptions of one subscription that it watches.'

@description('The function app, as its resource id.')
param functionAppId string

@description('The app\'s storage account, as its resource id: Event Grid leaves there what it could not deliver.')
param storageAccountId string

@description('The identity that Event Grid writes dead letters with, as its resource id.')
param eventsIdentityId string

@description('Who reads.')
param guardPrincipalId string

@description('Who writes extensions, and who writes rules: the same as who reads, unless they are separate.')
param extensionsPrincipalId string = guardPrincipalId
param networkPrincipalId string = guardPrincipalId

@description('Whether extensions, and whether rules, are written at all. Until then nobody is permitted to.')
param enforceExtensions bool = false
param enforceNetwork bool = false

@description('Where they may be written: in the whole subscription, or in the resource groups that are named.')
param enforceSubscription bool = false
param enforceResourceGroups array = []

@description('Where the system topic and its resource group are kept; what it tells of is the whole subscription.')
param location string = deployment().location
param resourceGroupName string = 'rg-wac-guard-events'

@description('The subscription\'s system topic, if there is one: Azure has but one for each. Empty: it is made.')
param systemTopicName string = ''
param systemTopicResourceGroup string = ''

@description('A user-assigned identity of a system topic that was there before, which may write into the container of dead letters.')
param systemTopicIdentityId string = ''

@description('Who is told of dead letters: an action group, as its resource id.')
param actionGroupId string = ''

@description('Where people read this project\'s docs folder, with a slash at its end: the alert links there.')
param documentation string = 'docs/'

var ownTopic = empty(systemTopicName)
var topicGroup = ownTopic ? resourceGroupName : systemTopicResourceGroup
var deadLetterIdentityId = ownTopic ? eventsIdentityId : systemTopicIdentityId
var extensionGroups = enforceExtensions && !enforceSubscription ? enforceResourceGroups : []
var networkGroups = enforceNetwork && !enforceSubscription ? enforceResourceGroups : []
var tags = {
  application: 'wac-guard'
}

module roles 'modules/roles.bicep' = {
  name: 'wac-guard-roles'
}

module auditor 'modules/assignment-in-subscription.bicep' = {
  name: 'wac-guard-auditor'
  params: {
    principalId: guardPrincipalId
    roleDefinitionId: roles.outputs.auditorId
  }
}

module extensionEnforcer 'modules/assignment-in-subscription.bicep' = if (enforceExtensions && enforceSubscription) {
  name: 'wac-guard-extension-enforcer'
  params: {
    principalId: extensionsPrincipalId
    roleDefinitionId: roles.outputs.extensionEnforcerId
  }
}

module networkEnforcer 'modules/assignment-in-subscription.bicep' = if (enforceNetwork && enforceSubscription) {
  name: 'wac-guard-network-enforcer'
  params: {
    principalId: networkPrincipalId
    roleDefinitionId: roles.outputs.networkEnforcerId
  }
}

module extensionEnforcers 'modules/assignment-in-group.bicep' = [for name in extensionGroups: {
  name: 'wac-guard-extensions-${uniqueString(name)}'
  scope: resourceGroup(name)
  params: {
    principalId: extensionsPrincipalId
    roleDefinitionId: roles.outputs.extensionEnforcerId
  }
}]

module networkEnforcers 'modules/assignment-in-group.bicep' = [for name in networkGroups: {
  name: 'wac-guard-network-${uniqueString(name)}'
  scope: resourceGroup(name)
  params: {
    principalId: networkPrincipalId
    roleDefinitionId: roles.outputs.networkEnforcerId
  }
}]

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = if (ownTopic) {
  name: resourceGroupName
  location: location
  tags: tags
}

module topic 'modules/system-topic.bicep' = if (ownTopic) {
  name: 'wac-guard-system-topic'
  scope: group
  params: {
    name: 'evgst-wac-guard'
    tags: tags
    identityId: eventsIdentityId
  }
}

module events 'modules/event-subscriptions.bicep' = {
  name: 'wac-guard-events'
  scope: resourceGroup(topicGroup)
  params: {
    systemTopicName: ownTopic ? topic.outputs.name : systemTopicName
    functionAppId: functionAppId
    storageAccountId: storageAccountId
    deadLetterIdentityId: deadLetterIdentityId
  }
}

module deadLetters 'modules/dead-letter-alert.bicep' = if (!empty(deadLetterIdentityId)) {
  name: 'wac-guard-dead-letters'
  scope: resourceGroup(topicGroup)
  params: {
    name: 'wac-guard-dead-letters'
    tags: tags
    systemTopicId: events.outputs.systemTopicId
    actionGroupId: actionGroupId
    documentation: documentation
  }
}

output WAC_AUDITOR_ROLE_ID string = roles.outputs.auditorId
output WAC_EXTENSION_ENFORCER_ROLE_ID string = roles.outputs.extensionEnforcerId
output WAC_NETWORK_ENFORCER_ROLE_ID string = roles.outputs.networkEnforcerId
output WAC_DIAGNOSTICIAN_ROLE_ID string = roles.outputs.diagnosticianId
