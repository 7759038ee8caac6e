// The app itself, once. What it watches is brought under it by watch.bicep, which needs the app's functions to be there.
targetScope = 'subscription'

metadata description = 'WAC Guard: the function app, what it keeps its state in, and who it is.'

@description('Names the installation: its resource group, and all in it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Where it runs. Flex Consumption has to be there: az functionapp list-flexconsumption-locations.')
@minLength(1)
param location string

@description('App settings by their names, such as { WAC_EXTENSION_MODE: \'enforce\' }. An empty one counts as not set: docs/settings.md.')
param settings object = {}

@description('Whether extensions, rules and app registrations are each written with an identity of its own.')
param separateIdentities bool = false

@description('The client id of an app registration: whoever calls the API then signs in there first. Empty: function keys alone.')
param authClientId string = ''

@description('Who is told by mail when an alert fires: addresses, with commas between them.')
param alertEmails string = ''

@description('Whether there is a topic that what is found and done is published to.')
param publishEvents bool = true

@description('How long there may be no sweep before an alert: three times the pause of WAC_SWEEP_SCHEDULE. Empty: nobody waits for one.')
@allowed(['', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H', 'P1D', 'P2D'])
param sweepsWithin string = 'PT3H'

@description('Where people read this project\'s docs folder, with a slash at its end: alerts link there.')
param documentation string = 'docs/'

@description('How many days logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('How many instances may run at once.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('How the storage account is replicated.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS'])
param storageSku string = 'Standard_LRS'

var token = uniqueString(subscription().id, environmentName, location)
var tags = {
  'azd-env-name': environmentName
  application: 'wac-guard'
}

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-wac-guard-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'wac-guard-identities'
  scope: group
  params: {
    prefix: 'id-wac-guard-${environmentName}'
    location: location
    tags: tags
    separateIdentities: separateIdentities
  }
}

module storage 'modules/storage.bicep' = {
  name: 'wac-guard-storage'
  scope: group
  params: {
    name: 'stwacguard${token}'
    location: location
    tags: tags
    skuName: storageSku
    guardPrincipalId: identities.outputs.guardPrincipalId
    eventsPrincipalId: identities.outputs.eventsPrincipalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'wac-guard-monitoring'
  scope: group
  params: {
    suffix: 'wac-guard-${token}'
    location: location
    tags: tags
    retentionDays: retentionDays
    guardPrincipalId: identities.outputs.guardPrincipalId
    alertEmails: empty(alertEmails) ? [] : split(alertEmails, ',')
  }
}

module topic 'modules/topic.bicep' = if (publishEvents) {
  name: 'wac-guard-topic'
  scope: group
  params: {
    name: 'evgt-wac-guard-${token}'
    location: location
    tags: tags
    guardPrincipalId: identities.outputs.guardPrincipalId
  }
}

module app 'modules/app.bicep' = {
  name: 'wac-guard-app'
  scope: group
  params: {
    name: 'func-wac-guard-${token}'
    location: location
    tags: tags
    maximumInstanceCount: maximumInstanceCount
    identities: identities.outputs.appIdentities
    guardIdentityId: identities.outputs.guardId
    guardClientId: identities.outputs.guardClientId
    extensionsClientId: identities.outputs.extensionsClientId
    networkClientId: identities.outputs.networkClientId
    redirectsClientId: identities.outputs.redirectsClientId
    storageAccountName: storage.outputs.name
    packageContainerUrl: storage.outputs.packageContainerUrl
    connectionString: monitoring.outputs.connectionString
    eventsTopic: publishEvents ? topic.outputs.endpoint : ''
    settings: settings
  }
}

module signIn 'modules/sign-in.bicep' = if (!empty(authClientId)) {
  name: 'wac-guard-sign-in'
  scope: group
  params: {
    appName: app.outputs.name
    clientId: authClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'wac-guard-alerts'
  scope: group
  params: {
    prefix: 'wac-guard-${environmentName}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: monitoring.outputs.actionGroupId
    sweepsWithin: sweepsWithin
    documentation: documentation
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output WAC_FUNCTION_APP_NAME string = app.outputs.name
output WAC_FUNCTION_APP_ID string = app.outputs.id
output WAC_FUNCTION_APP_HOST string = app.outputs.hostName
output WAC_STORAGE_ACCOUNT_ID string = storage.outputs.id
output WAC_EVENTS_IDENTITY_ID string = identities.outputs.eventsId
output WAC_GUARD_PRINCIPAL_ID string = identities.outputs.guardPrincipalId
output WAC_EXTENSIONS_PRINCIPAL_ID string = identities.outputs.extensionsPrincipalId
output WAC_NETWORK_PRINCIPAL_ID string = identities.outputs.networkPrincipalId
output WAC_REDIRECTS_PRINCIPAL_ID string = identities.outputs.redirectsPrincipalId
output WAC_ACTION_GROUP_ID string = monitoring.outputs.actionGroupId
