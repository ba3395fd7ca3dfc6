/** The answer of ShowDialPlan: the relevant steps of infra/asterisk/redial.conf, not every one of the file. */
interface DialplanExtension {
  readonly context: string;
  readonly exten: string;
  readonly steps: readonly (readonly [application: string, data: string])[];
}

const variable = (name: string) => `\${${name}}`;

export const dialplan: readonly DialplanExtension[] = [
  {
    context: 'redial',
    exten: 'connect',
    steps: [
      ['Set', `DB(redial/${variable('REDIAL_SLOT')})=${variable('REDIAL_ATTEMPT')}|answered|${variable('EPOCH')}`],
      ['Set', 'CHANNEL(hangup_handler_push)=redial-ended,s,1'],
      ['GotoIf', `${variable('REDIAL_RECORDING')} ${variable('REDIAL_MESSAGE')}?:refuse`],
      [
        'Dial',
        `${variable('REDIAL_DIAL2_CHANNEL')},${variable('REDIAL_DIAL2_RING_SECONDS')},${variable('FORWARD_CONTEXT')}=redial-no-forward`,
      ],
      ['Hangup', ''],
    ],
  },
  { context: 'redial-dial2-created', exten: 's', steps: [['Return', '']] },
  { context: 'redial-dial2-headers', exten: 's', steps: [['Return', '']] },
  { context: 'redial-dial2-recorded', exten: 's', steps: [['Return', '']] },
  { context: 'redial-dial2-answered', exten: 's', steps: [['Return', '']] },
  {
    context: 'redial-ended',
    exten: 's',
    steps: [
      ['Set', `DB(redial/${variable('REDIAL_SLOT')})=${variable('journal')}`],
      ['UserEvent', `RedialAttempt,Journal: ${variable('journal')}`],
      ['Return', ''],
    ],
  },
  {
    context: 'redial-queue',
    exten: '_[A-Za-z0-9]!',
    steps: [
      ['Queue', `${variable('EXTEN')},R`],
      ['Hangup', ''],
    ],
  },
  {
    context: 'redial-message',
    exten: 'play',
    steps: [
      ['Answer', ''],
      ['Playback', variable('REDIAL_MESSAGE')],
      ['Hangup', '16'],
    ],
  },
];

export function isExtension(context: string, exten: string, priority: number): boolean {
  const found = dialplan.find((one) => one.context === context && one.exten === exten);
  return found !== undefined && priority >= 1 && priority <= found.steps.length;
}
