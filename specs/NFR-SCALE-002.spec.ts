import {
  components,
  memoryRequest,
  podOf,
  replicasOf,
  test,
  thresholds,
  withoutMemoryRequest,
  workloadInWords,
  workloadsOf,
} from '../fixtures/test.ts';

test(
  'NFR-lgtm-d4f8c2a1-SCALE-002 one replica per component, and less than 2Gi of memory requested',
  { tag: '@NFR-lgtm-d4f8c2a1-SCALE-002' },
  ({ criterion, deployedObjects }) => {
    const limits = thresholds('NFR-lgtm-d4f8c2a1-SCALE-002');
    const byComponent = components.map((component) => ({
      component,
      workloads: workloadsOf(deployedObjects, component),
    }));
    criterion.show(
      'requests',
      byComponent.flatMap(({ workloads }) => workloads.map(workloadInWords)).join('\n'),
    );
    for (const { component, workloads } of byComponent) {
      criterion.measure(
        {
          name: `replicas of ${component}`,
          value: workloads.reduce((sum, workload) => sum + replicasOf(workload), 0),
          samples: workloads.length,
          byHand: `kubectl -n monitoring get statefulset,deployment,daemonset -l app.kubernetes.io/instance=${component}`,
        },
        limits.replicas,
      );
      for (const pod of workloads.map(podOf)) {
        criterion.require(
          `containers of ${component} that request no memory`,
          'none',
          withoutMemoryRequest(pod).join() || 'none',
        );
        criterion.measure(
          {
            name: `memory that a pod of ${component} requests`,
            value: memoryRequest(pod),
            samples: pod.containers.length + (pod.initContainers ?? []).length,
            byHand: `kubectl -n monitoring get pods -l app.kubernetes.io/instance=${component} -o jsonpath='{..resources}'`,
          },
          limits.memoryRequest,
        );
      }
    }
  },
);
