/** What a sink must know to work. The configuration file's sinks have this shape; its schema checks it. */
export type SinkSettings = RedisListSettings | RedisStreamSettings | WebhookSettings;

interface RedisListSettings {
  readonly type: 'redis-list';
  readonly name: string;
  readonly key: string;
  /** The side that is pushed; consumers pop from the other. */
  readonly push: 'left' | 'right';
  readonly format: string;
}

interface RedisStreamSettings {
  readonly type: 'redis-stream';
  readonly name: string;
  readonly key: string;
  readonly maxLength: number;
}

interface WebhookSettings {
  readonly type: 'webhook';
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly timeoutSeconds: number;
  readonly format: string;
}
