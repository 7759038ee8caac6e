// Who is woken by what the app logs: a rule for each file in ../alerts. docs/alerts.md has them with what to do.
param location string
param tags object

@description('What the names of the rules begin with.')
param prefix string

@description('The Log Analytics workspace of the app\'s Application Insights, as its resource id.')
param workspaceId string

@description('Who is told: an action group, as its resource id. Empty: the alerts are shown in the portal alone.')
param actionGroupId string = ''

@description('How long there may be no sweep: three times the pause of WAC_SWEEP_SCHEDULE, so that two may be missed. Empty: nobody waits for one.')
@allowed(['', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H', 'P1D', 'P2D'])
param sweepsWithin string = 'PT3H'

@description('Where people read this project\'s docs folder, with a slash at its end.')
param documentation string = 'docs/'

// One alert for each subject, which its text names.
var eachSubject = [
  {
    name: 'subject'
    operator: 'Include'
    values: ['*']
  }
]

// Severities as Azure has them: 0 critical, 1 error, 2 warning, 3 informational.
// What is told again within the window goes on as the same alert.
var told = [
  {
    name: 'poison'
    displayName: 'WAC Guard gave up a check or events'
    description: 'A check, or events to publish, failed five times and was given up. See {docs}operating.md#poison-checks-that-failed-five-times'
    severity: 1
    query: loadTextContent('../alerts/poison.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'P1D'
    dimensions: eachSubject
  }
  {
    name: 'write-refused'
    displayName: 'Azure refuses a write of WAC Guard'
    description: 'A lock, a policy, a deny assignment or a missing permission keeps the app from a write. See {docs}operating.md#what-keeps-it-from-writing-and-how-to-lift-it'
    severity: 2
    query: loadTextContent('../alerts/write-refused.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'P1D'
    dimensions: eachSubject
  }
  {
    name: 'write-failed'
    displayName: 'A write of WAC Guard failed'
    description: 'Azure accepted a write, such as an install of the extension, and it did not end well. See {docs}operating.md#see-what-it-knows-and-did'
    severity: 2
    query: loadTextContent('../alerts/write-failed.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'P1D'
    dimensions: eachSubject
  }
  {
    name: 'stopped-by-failures'
    displayName: 'WAC Guard stopped writing after failures'
    description: 'Five writes in a row were refused or failed, so nothing is written until somebody lifts that. See {docs}operating.md#what-keeps-it-from-writing-and-how-to-lift-it'
    severity: 1
    query: loadTextContent('../alerts/stopped-by-failures.kql')
    evaluationFrequency: 'PT5M'
    windowSize: 'PT6H'
    dimensions: []
  }
  {
    name: 'stopped-by-person'
    displayName: 'Somebody stopped WAC Guard'
    description: 'The kill switch is set, so nothing is written until somebody lifts that. See {docs}operating.md#stop-everything-now'
    severity: 3
    query: loadTextContent('../alerts/stopped-by-person.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT6H'
    dimensions: []
  }
  {
    name: 'sweep-braked'
    displayName: 'A plan of WAC Guard waits for a person'
    description: 'A sweep found more changes than WAC_MAX_CHANGES. Read the plan and release it. See {docs}operating.md#the-sweep-and-its-brake'
    severity: 2
    query: loadTextContent('../alerts/sweep-braked.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT6H'
    dimensions: eachSubject
  }
  {
    name: 'contested'
    displayName: 'Somebody takes away what WAC Guard writes'
    description: 'A rule, an extension or a registration was changed back twice within seven days, so the app writes it no more. See {docs}operating.md#what-keeps-it-from-writing-and-how-to-lift-it'
    severity: 2
    query: loadTextContent('../alerts/contested.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'P1D'
    dimensions: eachSubject
  }
  {
    name: 'not-seen'
    displayName: 'WAC Guard does not see all it saw'
    description: 'A subscription, or many of its VMs, are not shown to the app any more, so nothing was decided. See {docs}operating.md#the-sweep-and-its-brake'
    severity: 2
    query: loadTextContent('../alerts/not-seen.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT6H'
    dimensions: eachSubject
  }
  {
    name: 'not-starting'
    displayName: 'WAC Guard does not start'
    description: 'The host can not load the app: the exception names the setting or the module. See {docs}alerts.md#not-starting'
    severity: 1
    query: loadTextContent('../alerts/not-starting.kql')
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    dimensions: []
  }
]

var awaited = [
  {
    name: 'no-sweep'
    displayName: 'WAC Guard does not sweep'
    description: 'No sweep came to its end for longer than it should take: the app may not run at all. See {docs}alerts.md#no-sweep'
    severity: 1
    query: loadTextContent('../alerts/no-sweep.kql')
    evaluationFrequency: 'PT15M'
    windowSize: sweepsWithin
    dimensions: []
  }
  {
    name: 'subscription-not-swept'
    displayName: 'WAC Guard can not sweep a subscription'
    description: 'Sweeps of a subscription are answered without having seen it. See {docs}alerts.md#subscription-not-swept'
    severity: 2
    query: loadTextContent('../alerts/subscription-not-swept.kql')
    evaluationFrequency: 'PT15M'
    windowSize: sweepsWithin
    dimensions: eachSubject
  }
]

var rules = empty(sweepsWithin) ? told : concat(told, awaited)

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in rules: {
  name: '${prefix}-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: one.displayName
    description: replace(one.description, '{docs}', documentation)
    severity: one.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: one.evaluationFrequency
    windowSize: one.windowSize
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: one.dimensions
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // It ends by itself when nothing is told any more. Azure takes muteActionsDuration only where this is off.
    autoMitigate: true
    // A new workspace has none of these tables yet.
    skipQueryValidation: true
    actions: {
      actionGroups: empty(actionGroupId) ? [] : [actionGroupId]
    }
  }
}]
