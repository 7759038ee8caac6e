// Logs, traces and metrics, taken from Entra identities alone; and who is told when something is wrong.
param suffix string
param location string
param tags object
param retentionDays int
param guardPrincipalId string
param alertEmails array

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${suffix}'
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionDays
    sku: {
      name: 'PerGB2018'
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, guardPrincipalId, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: guardPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'WAC Guard'
    emailReceivers: [for address in alertEmails: {
      name: address
      emailAddress: address
      useCommonAlertSchema: true
    }]
  }
}

output workspaceId string = workspace.id
output connectionString string = insights.properties.ConnectionString
output actionGroupId string = actionGroup.id
