import { components, type Requirement } from './model.ts';

export const dataSources = {
  id: 'REQ-lgtm-005',
  fullId: 'REQ-lgtm-d4f8c2a1-005',
  title: 'Grafana has all three data sources',
  epic: 'Grafana',
  components: components,
  entries: [
    {
      id: 'AC-lgtm-005-01',
      title: 'Data source ConfigMap names the services',
      statement:
        'Deploying the components puts their service endpoints into Grafana’s data source ConfigMap.',
      confidence: 90,
      thresholds: {
        dataSources: {
          limit: 3,
          unit: 'data sources',
          comparison: 'exactly',
          of: 'data sources in the ConfigMap',
        },
      },
      judged: {
        local: 'the ConfigMap of manifests/ against the rendered services, and what Grafana makes of it',
        cluster: 'the live ConfigMap against the live services',
      },
    },
    {
      id: 'AC-lgtm-005-02',
      title: 'Data sources there after a Grafana restart',
      statement:
        'A restarted Grafana has the Loki, Tempo and Mimir data sources again without anybody’s help.',
      confidence: 95,
      thresholds: {
        dataSources: {
          limit: 3,
          unit: 'data sources',
          comparison: 'exactly',
          of: 'data sources listed afterwards',
        },
      },
      judged: {
        local:
          'Grafana restarted with an empty database; its own list of data sources, each asked a real query',
        cluster: 'the existing Grafana’s list after a restart, where a restart is allowed',
      },
    },
    {
      id: 'AC-lgtm-005-03',
      title: 'All data sources connect',
      statement: 'Testing the data sources reports a working connection for each of the three.',
      confidence: 85,
      thresholds: {
        dataSources: {
          limit: 3,
          unit: 'data sources',
          comparison: 'exactly',
          of: 'data sources that answer',
        },
      },
      judged: {
        local:
          'Grafana’s health check where the data source has one, and a real query through Grafana for each',
        cluster: 'the same through the existing Grafana',
      },
    },
    {
      id: 'AC-lgtm-005-04',
      title: 'Clear message when a data source is down',
      statement: 'When a data source cannot be reached, Grafana’s pages say so in a message one understands.',
      confidence: 90,
      thresholds: {
        dataSources: {
          limit: 3,
          unit: 'data sources',
          comparison: 'exactly',
          of: 'outages explained by name and cause',
        },
      },
      judged: {
        local: 'each backend stopped in turn; the message must name the data source and the cause',
        cluster: 'the same in a browser, with a data source that points at nothing',
      },
    },
  ],
} as const satisfies Requirement;
