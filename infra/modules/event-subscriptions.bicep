// Which events reach which function: exactly those that the app looks at (handlers/events.py), and none else.
param systemTopicName string
param functionAppId string
param storageAccountId string
@description('Empty where the topic has no identity that could write dead letters: there are none then.')
param deadLetterIdentityId string

var successes = [
  'Microsoft.Resources.ResourceWriteSuccess'
  'Microsoft.Resources.ResourceDeleteSuccess'
  'Microsoft.Resources.ResourceActionSuccess'
]
var deliveries = [
  {
    name: 'wac-guard-virtual-machines'
    function: 'virtual_machine_events'
    // An install that failed is a reason to look, too.
    eventTypes: union(successes, ['Microsoft.Resources.ResourceWriteFailure'])
    operations: [
      'Microsoft.Compute/virtualMachines/write'
      'Microsoft.Compute/virtualMachines/start/action'
      'Microsoft.Compute/virtualMachines/extensions/write'
      'Microsoft.Compute/virtualMachines/extensions/delete'
    ]
  }
  {
    name: 'wac-guard-networks'
    function: 'network_events'
    eventTypes: successes
    operations: [
      'Microsoft.Network/networkSecurityGroups/write'
      'Microsoft.Network/networkSecurityGroups/securityRules/write'
      'Microsoft.Network/networkSecurityGroups/securityRules/delete'
      'Microsoft.Network/networkInterfaces/write'
      'Microsoft.Network/virtualNetworks/subnets/write'
      'Microsoft.Network/virtualNetworks/write'
    ]
  }
]
var deadLetters = empty(deadLetterIdentityId) ? {} : {
  deadLetterWithResourceIdentity: {
    identity: {
      type: 'UserAssigned'
      userAssignedIdentity: deadLetterIdentityId
    }
    deadLetterDestination: {
      endpointType: 'StorageBlob'
      properties: {
        resourceId: storageAccountId
        blobContainerName: 'dead-letters'
      }
    }
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: systemTopicName
}

// One after the other: Event Grid refuses two changes of a topic at once.
@batchSize(1)
resource eventSubscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [for delivery in deliveries: {
  parent: topic
  name: delivery.name
  properties: union(deadLetters, {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${functionAppId}/functions/${delivery.function}'
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: delivery.eventTypes
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.operationName'
          values: delivery.operations
        }
      ]
    }
    retryPolicy: {
      eventTimeToLiveInMinutes: 1440
      maxDeliveryAttempts: 30
    }
  })
}]

output systemTopicId string = topic.id
