// Who is woken when Event Grid gave an event up: it lies in the container of dead letters.
param tags object
param name string

@description('The subscription\'s system topic, as its resource id.')
param systemTopicId string

@description('Who is told: an action group, as its resource id. Empty: the alert is shown in the portal alone.')
param actionGroupId string = ''

@description('Where people read this project\'s docs folder, with a slash at its end.')
param documentation string = 'docs/'

resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid could not deliver events to WAC Guard within 24 hours, and left them in the container of dead letters. See ${documentation}alerts.md#dead-letters'
    severity: 2
    enabled: true
    scopes: [systemTopicId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead-letters'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          dimensions: [
            {
              name: 'EventSubscriptionName'
              operator: 'Include'
              values: ['*']
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: empty(actionGroupId) ? [] : [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}
