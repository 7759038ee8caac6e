// Where what is found and done is published: docs/events.md. Nobody has a key here either.
param name string
param location string
param tags object
param guardPrincipalId string

var eventGridDataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  // checkov:skip=CKV_AZURE_193: the app publishes from no network of its own; without a role nobody can, from wherever
  // checkov:skip=CKV_AZURE_191: an identity of the topic is for its subscribers' deliveries, and who subscribes gives it one
  name: name
  location: location
  tags: tags
  properties: {
    disableLocalAuth: true
    inputSchema: 'CloudEventSchemaV1_0'
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, guardPrincipalId, eventGridDataSender)
  scope: topic
  properties: {
    principalId: guardPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventGridDataSender)
  }
}

output endpoint string = topic.properties.endpoint
