import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

function setup() {
  const metrics = createMetrics({ process: 'dialer', runtime: false });
  const series = async () =>
    (await metrics.render()).body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { metrics, series };
}

describe('metrics', () => {
  it('count attempts by disposition and class, and by leg', async () => {
    const { metrics, series } = setup();
    metrics.attemptEnded({ disposition: 'busy', dial1: 'answered', dial2: 'busy' });
    expect(await series()).toEqual(
      expect.arrayContaining([
        'redial_attempts_total{disposition="busy",class="callee",process="dialer"} 1',
        'redial_attempt_legs_total{leg="dial1",disposition="answered",process="dialer"} 1',
        'redial_attempt_legs_total{leg="dial2",disposition="busy",process="dialer"} 1',
      ]),
    );
  });

  it('give durations in seconds, and never below zero', async () => {
    const { metrics, series } = setup();
    metrics.originated(1_500);
    metrics.eventReceived(-20);
    metrics.oldestOverdue(90_000);
    metrics.httpServed({ method: 'POST', route: '/v1/calls', status: 202, durationMs: 4 });
    expect(await series()).toEqual(
      expect.arrayContaining([
        'redial_originate_lateness_seconds_sum{process="dialer"} 1.5',
        'redial_event_lag_seconds_sum{process="dialer"} 0',
        'redial_oldest_overdue_call_seconds{process="dialer"} 90',
        'redial_http_request_duration_seconds_sum{process="dialer",method="POST",route="/v1/calls",status="202"} 0.004',
      ]),
    );
  });

  it('show the other metrics under names with units', async () => {
    const { metrics, series } = setup();
    metrics.callAccepted('v1', 3);
    metrics.callsInProgress('carrier', 7);
    metrics.undeliveredWebhooks(2);
    metrics.deliveryTried('webhook', 'retry');
    metrics.signalIgnored('ended', 'rang');
    metrics.outcomeUnmapped('dial2', undefined);
    metrics.gateClosed('window', 'defer');
    metrics.pbxLink('pbx1', true);
    metrics.swept('attempt');
    expect(await series()).toEqual(
      expect.arrayContaining([
        'redial_calls_accepted_total{dialect="v1",process="dialer"} 3',
        'redial_calls_in_progress{limit="carrier",process="dialer"} 7',
        'redial_undelivered_webhooks{process="dialer"} 2',
        'redial_deliveries_total{type="webhook",result="retry",process="dialer"} 1',
        'redial_signals_ignored_total{phase="ended",signal="rang",process="dialer"} 1',
        'redial_outcomes_unmapped_total{leg="dial2",cause="none",process="dialer"} 1',
        'redial_gate_closed_total{gate="window",decision="defer",process="dialer"} 1',
        'redial_pbx_link_up{pbx="pbx1",process="dialer"} 1',
        'redial_sweeper_repairs_total{kind="attempt",process="dialer"} 1',
      ]),
    );
  });

  it('show Redis as down until the link is reported up', async () => {
    const { metrics, series } = setup();
    expect(await series()).toContain('redial_redis_up{process="dialer"} 0');
    metrics.redisLink(true);
    expect(await series()).toContain('redial_redis_up{process="dialer"} 1');
    metrics.redisLink(false);
    expect(await series()).toContain('redial_redis_up{process="dialer"} 0');
  });

  it('show the lengths of sinks by tenant and sink, and remove those that are no longer reported', async () => {
    const { metrics, series } = setup();
    const lengths = async () => (await series()).filter((line) => line.startsWith('redial_sink_length'));
    metrics.sinkLengths([
      { tenant: 'acme', sink: 'inbox', length: 12 },
      { tenant: 'acme', sink: 'feed', length: 0 },
    ]);
    expect(await lengths()).toEqual([
      'redial_sink_length{tenant="acme",sink="inbox",process="dialer"} 12',
      'redial_sink_length{tenant="acme",sink="feed",process="dialer"} 0',
    ]);
    metrics.sinkLengths([{ tenant: 'acme', sink: 'feed', length: 1 }]);
    expect(await lengths()).toEqual(['redial_sink_length{tenant="acme",sink="feed",process="dialer"} 1']);
  });

  it('refresh gauges at every scrape, and survive a failure', async () => {
    const { metrics, series } = setup();
    let held = 0;
    metrics.onScrape(async () => {
      held += 5;
      metrics.callsInProgress('carrier', held);
    });
    metrics.onScrape(() => Promise.reject(new Error('Redis is down')));
    await series();
    expect(await series()).toEqual(
      expect.arrayContaining([
        'redial_calls_in_progress{limit="carrier",process="dialer"} 10',
        'redial_scrape_failures_total{process="dialer"} 2',
      ]),
    );
  });

  it('stand in docs/reference/metrics.md, all of them and no others', async () => {
    const { body } = await createMetrics({ process: 'api', runtime: false }).render();
    const exported = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const page = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8');
    const written = [...page.matchAll(/^\| `(redial_\w+)` \|/gm)].map(([, name]) => name);
    expect(written.toSorted()).toEqual(exported.toSorted());
  });
});
