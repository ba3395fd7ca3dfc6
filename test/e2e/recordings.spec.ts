import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { dialup, vendorTenant } from '../support/vendors.ts';
import { click } from './click.ts';
import { agent, aWorld, cdrTo, customer } from './world.ts';

/** Samples of a 16-bit PCM WAV. Throws for any other format. */
function samplesOf(wav: Buffer): Int16Array {
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || wav.toString('latin1', 8, 12) !== 'WAVE') throw new Error('no WAV');
  const data = wav.indexOf('data', 12, 'latin1') + 8;
  const bytes = wav.subarray(data, data + Math.floor((wav.length - data) / 2) * 2);
  return new Int16Array(Uint8Array.from(bytes).buffer);
}

const loudness = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);

describe('given a tenant that records', () => {
  const world = aWorld({
    tenant: {
      ...vendorTenant,
      recording: 'outside',
      defaults: { dial1RingTimeoutSeconds: 2, dial2RingTimeoutSeconds: 2, talkLimitSeconds: 2 },
    },
    sinks: [{ type: 'redis-list', name: 'clicks', key: 'enigma:notifications:cdr', format: 'click2dial' }],
  });
  const fetched = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(world.redial.url + path, { headers: { authorization: `Bearer ${world.redial.apiKey}`, ...headers } });

  it('when a person speaks, then the recording can be fetched, is playable, and has sound in it', async () => {
    const dial2 = customer('speaks', 1);
    await dialup.get(world.redial, { dial1: '1001', dial2 });
    const { recording } = await cdrTo(world, dial2);
    const answer = await fetched(recording);
    const wav = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    const samples = samplesOf(wav);
    // About two seconds of 8 kHz. Silence is 0, and line noise some tens.
    expect(samples.length).toBeGreaterThan(8_000);
    expect(loudness(samples)).toBeGreaterThan(500);

    const part = await fetched(recording, { range: 'bytes=0-43' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 0-43/${wav.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(wav.subarray(0, 44));
  });

  it('when the call came by click2dial, then the vendor’s address accepts its recording_url', async () => {
    const callee = customer('speaks', 2);
    await click(world, { agent: agent('answers', 2), callee, outbound_id: '27110005555' });
    const crm = new Redis(world.redis.url);
    try {
      let payload: { number: string; recording_url: string };
      do {
        const [, entry] = (await crm.brpop('enigma:notifications:cdr', 30)) ?? [];
        payload = JSON.parse(entry ?? 'null').payload;
      } while (payload.number !== callee);
      const answer = await fetched(`/click2dial/recordings/${payload.recording_url}`);
      expect(answer.status).toBe(200);
      expect(loudness(samplesOf(Buffer.from(await answer.arrayBuffer())))).toBeGreaterThan(500);
    } finally {
      crm.disconnect();
    }
  });

  it('when there was no talk, or no request to record, then there is none, and its address states only that', async () => {
    const [dial2, inside] = [customer('busy', 3), agent('answersAndHangsUp', 3)];
    await dialup.get(world.redial, { dial1: '1001', dial2 });
    await dialup.get(world.redial, { dial1: agent('answers', 3), dial2: inside });
    const cdrs = [await cdrTo(world, dial2), await cdrTo(world, inside)];
    expect(cdrs.map(({ recording, connected }) => [recording, connected])).toEqual([
      [null, false],
      [null, true],
    ]);
    const answers = await Promise.all(
      [...cdrs.map(({ id }) => id), 'att_01K00000000000000000000000', '..%2f..%2fetc%2fpasswd'].map(async (ref) => {
        const { status, body } = await world.redial.request('GET', `/click2dial/recordings/${ref}`);
        return { status, body };
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });
});
