/** Values that attackers, and clients with faults, put into a field. */
export type NamedValues = Readonly<Record<string, unknown>>;

const expression = (inside: string) => `$\{${inside}}`;

/** Each one alone between harmless texts, so that no other character causes the refusal. */
const alone = Object.fromEntries(
  [...'\r\n\t\0&,;|$%\\"\'<>(){}[]!?^`'].map((character) => [
    `${JSON.stringify(character)} alone`,
    `1001${character}1002`,
  ]),
);

/** No field, name or header of Redial may contain any of these. */
export const neverAllowed: Readonly<Record<string, string>> = {
  ...alone,
  CR: '1001\rAction: Command',
  LF: '1001\nAction: Command',
  CRLF: '1001\r\nAction: Command\r\nCommand: core stop now',
  'an action behind an empty line': '1001\r\n\r\nAction: Originate\r\nChannel: PJSIP/1002\r\nApplication: System',
  'LF at the end': '1001\n',
  NUL: '1001\u0000',
  DEL: '1001\u007f',
  'a C1 control (NEL)': '1001\u0085Action: Command',
  'a line separator': '1001\u2028Action: Command',
  '&': '1001&PJSIP/1002',
  'another technology behind &': '1001&PJSIP/2',
  ',': '1001,g(x)',
  ';': '1001;exec',
  '|': '1001|System(id)',
  'a function as an expression': expression('SHELL(id)'),
  'an application as an expression': expression('EXEC(System,id)'),
  'a variable as an expression': expression('EXEC'),
  'a mathematical expression': '$[1+1]',
  backslash: '1001\\,1002',
  'double quotes': '"1001"',
  'single quotes': "'1001'",
  'angle brackets': '<1001>',
  'a function call': 'DB(x/y)',
  'a header function': 'PJSIP_HEADER(remove,X-A)',
  percent: '%0d%0aAction: Command',
  'over-long': '1'.repeat(3_000),
  'Arabic digits': '١٠٠١٠٠١٠٠١',
  'full-width digits': '１００１１００１００',
  'mathematical digits': '𝟏𝟎𝟎𝟏',
  'a right-to-left mark': '\u200f1001',
  'a right-to-left override': '1001\u202e2001',
  'a zero-width space': '10\u200b01',
  'a no-break space': '1001\u00a0',
  'an emoji': '☎️',
  'a lone surrogate': '1001\ud800',
};

/** Harmless in a SIP header or a reference. Invalid as a destination, a caller ID, a trunk, a time or a name. */
export const nowhereToDial: Readonly<Record<string, string>> = {
  empty: '',
  'a space': ' ',
  'a space in front': ' 1001',
  'a space at the end': '1001 ',
  'a SIP address': 'sip:x@y',
  'a channel': 'PJSIP/1001',
  'a SIP address behind an endpoint': 'PJSIP/1000/sip:any@where',
  'a dialplan channel': 'Local/1001@redial',
  'a trunk behind @': '1001@carrier',
  'a negative number': '-1001',
  'an exponent': '1e3',
  'a hexadecimal number': '0x3e9',
  'a plus alone': '+',
  'two pluses': '++27820001234',
  'a feature code': '*21#',
  'the prototype': '__proto__',
  'the constructor': 'constructor',
  'an own property': 'hasOwnProperty',
  'a method': 'toString',
};

export const notTexts: NamedValues = {
  null: null,
  true: true,
  'a fraction': 1.5,
  'a list': ['1001'],
  'an object': { toString: '1001', length: 4 },
};

export const notWholeNumbers: NamedValues = {
  ...neverAllowed,
  ...nowhereToDial,
  ...notTexts,
  'a number as text': '20',
  negative: -1,
  huge: 1e15,
};
