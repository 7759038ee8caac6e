// The function app: Flex Consumption, Python 3.13, a package that brings its dependencies, and no key or secret among its settings.
param name string
param location string
param tags object
param maximumInstanceCount int
@description('The identities that the app has, by their resource ids, each with an empty object.')
param identities object
param guardIdentityId string
param guardClientId string
param extensionsClientId string
param networkClientId string
param redirectsClientId string
param storageAccountName string
param packageContainerUrl string
@description('Of Application Insights. It is no secret here: without a token nothing is taken with it.')
param connectionString string
param eventsTopic string
param settings object

// What operators choose, with what the app does without: an empty one counts as not set (docs/settings.md).
var choices = {
  WAC_SUBSCRIPTIONS: ''
  WAC_MANAGEMENT_GROUP: ''
  WAC_EXTENSION_MODE: ''
  WAC_NETWORK_MODE: ''
  WAC_REDIRECTS_MODE: ''
  WAC_ENFORCE_SCOPES: ''
  WAC_EXCLUDE_TAG: ''
  WAC_EXCLUDE_RESOURCE_GROUPS: ''
  WAC_PORT: ''
  WAC_INBOUND_SOURCES: ''
  WAC_RULES: ''
  WAC_OUTRANK: ''
  WAC_MINIMUM_EXTENSION_VERSION: ''
  WAC_GATEWAYS: ''
  WAC_REDIRECTS_CLEANUP: ''
  WAC_WRITES_PER_HOUR: ''
  WAC_MAX_CHANGES: ''
  WAC_SWEEP_SCHEDULE: ''
  WAC_REDIRECTS_SCHEDULE: ''
  WAC_ARM_ENDPOINT: ''
  WAC_GRAPH_ENDPOINT: ''
  WAC_DOCUMENTATION: ''
  WAC_EVENTS_TOPIC: eventsTopic
}

// What hangs on the resources here, and is nobody's to choose.
var wiring = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${guardClientId}'
  AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__clientId: guardClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  PYTHON_ENABLE_OPENTELEMETRY: 'true'
  WAC_CLIENT_ID: guardClientId
  WAC_EXTENSIONS_CLIENT_ID: extensionsClientId
  WAC_NETWORK_CLIENT_ID: networkClientId
  WAC_REDIRECTS_CLIENT_ID: redirectsClientId
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'app'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: identities
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: guardIdentityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(choices, settings, wiring)
}

// Who deploys signs in with Entra: there are no publishing passwords.
resource publishingByFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource publishingByScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output id string = app.id
output name string = app.name
output hostName string = app.properties.defaultHostName
