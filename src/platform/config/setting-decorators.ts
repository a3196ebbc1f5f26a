import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { isHostName, parseNetwork } from '../outbound/public-address';

const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  '1': true,
  false: false,
  off: false,
  '0': false,
};

/** An integer written in decimal digits; anything else stays a string, so that validation refuses it. */
export function Integer(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
  );
}

/** `true`, `on`, `1` and their opposites; anything else stays as it is, so that validation refuses it. */
export function Switch(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string' ? (SWITCHES[value.toLowerCase()] ?? value) : value,
  );
}

/** A comma-separated list, trimmed and in lower case. */
export function List(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((item) => item.trim().toLowerCase())
          .filter(Boolean)
      : value,
  );
}

/** `off`, a number of proxies, or a list of their addresses and networks. */
export function TrustedProxies(): PropertyDecorator {
  return Transform(({ value }) => {
    if (typeof value !== 'string') return value;
    if (/^(off|false|0)$/i.test(value)) return false;
    return /^\d+$/.test(value) ? Number(value) : value.split(',').map((item) => item.trim());
  });
}

/** Not everybody: then anybody could claim any address. */
export function AreProxies(): PropertyDecorator {
  const validate = (value: unknown) =>
    value === false ||
    (Number.isInteger(value) && Number(value) <= 32) ||
    (Array.isArray(value) && value.every((item) => parseNetwork(String(item)) !== undefined));
  const defaultMessage = () =>
    'it must be off, the number of proxies, or their IP addresses and networks in CIDR notation';
  return ValidateBy({ name: 'areProxies', validator: { validate, defaultMessage } });
}

/** Either `*` alone, or each value an origin as browsers write it: scheme, host and port, no slash at the end. */
export function AreOrigins(): PropertyDecorator {
  const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
  const validate = (value: unknown) =>
    Array.isArray(value) && (value.every((item) => isOrigin(String(item))) || String(value) === '*');
  const defaultMessage = () => 'it must be origins such as https://app.example.org, or * alone';
  return ValidateBy({ name: 'areOrigins', validator: { validate, defaultMessage } });
}

/** Each value a host name, an address or a network. */
export function AreDestinations(): PropertyDecorator {
  const validate = (value: unknown) => isHostName(String(value)) || parseNetwork(String(value)) !== undefined;
  const defaultMessage = () => 'each value must be a host name, an IP address or a network in CIDR notation';
  return ValidateBy({ name: 'areDestinations', validator: { validate, defaultMessage } }, { each: true });
}
