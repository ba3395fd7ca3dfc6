/** The default of PHP's setting `precision`. */
const significantDigits = 14;

/** A float as PHP prints it, with `%.14G` (main/snprintf.c, php_gcvt): `0.3`, `1.0E+25`, `-0`. */
export function printedFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NAN' : value > 0 ? 'INF' : '-INF';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = rounded(Math.abs(value));
  if (exponent < -4 || exponent >= significantDigits) {
    const [first, ...rest] = digits;
    return `${sign}${first}.${rest.join('') || '0'}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * d.ddd × 10^exponent, without the zeros at the end. PHP differs from JavaScript (Zend/zend_strtod.c): exactly half is
 * rounded to the even digit, not up. If that rounding makes a whole number of one digit too many end in zeros, they
 * stay.
 */
function rounded(value: number): { digits: string; exponent: number } {
  const exact = parts(value.toExponential(100));
  const [down, rest] = [exact.digits.slice(0, significantDigits), exact.digits.slice(significantDigits)];
  if (/^50*$/.test(rest) && Number(down.at(-1)) % 2 === 0) {
    const keepsZeros = exact.exponent === significantDigits;
    return { digits: keepsZeros ? down : withoutZeros(down), exponent: exact.exponent };
  }
  const { digits, exponent } = parts(value.toExponential(significantDigits - 1));
  return { digits: withoutZeros(digits), exponent };
}

function withoutZeros(digits: string): string {
  return digits.replace(/0+$/, '');
}

function parts(exponential: string): { digits: string; exponent: number } {
  const [mantissa = '', exponent = ''] = exponential.split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}
