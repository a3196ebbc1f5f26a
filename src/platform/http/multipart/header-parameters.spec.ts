import { boundaryOf } from './header-parameters';
import { MalformedMultipart, UnsupportedBodyType } from './multipart.errors';

const boundaryIn = (contentType: string) => boundaryOf({ 'content-type': contentType });

const coded = (coding: string) =>
  boundaryOf({ 'content-type': 'multipart/form-data; boundary=b', 'content-encoding': coding });

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=----WebKitFormBoundaryAbC', '----WebKitFormBoundaryAbC'],
    ['Multipart/Form-Data;charset=utf-8;BOUNDARY="a b"', 'a b'],
    // JavaMail sends this unquoted.
    ['multipart/form-data; boundary=----=_Part_1.2', '----=_Part_1.2'],
    [`multipart/form-data; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
  ])('finds it in %s', (contentType, boundary) => {
    expect(boundaryIn(contentType)).toBe(boundary);
  });

  it.each([
    '',
    '; boundary=',
    '; boundary=""',
    `; boundary=${'b'.repeat(71)}`,
    '; boundary=a\\b',
    '; boundary="b "',
    '; b',
  ])('refuses multipart/form-data%s as malformed', (parameters) => {
    expect(() => boundaryIn(`multipart/form-data${parameters}`)).toThrow(MalformedMultipart);
  });

  it.each([
    undefined,
    '',
    'application/json',
    'multipart/mixed; boundary=b',
    'multipart/form-datax; boundary=b',
  ])('refuses Content-Type %s and says what is accepted', (contentType) => {
    expect(() => boundaryOf({ 'content-type': contentType })).toThrow(
      new UnsupportedBodyType('Send the body as multipart/form-data (Accept: multipart/form-data).'),
    );
    expect(() => boundaryOf({ 'content-type': contentType })).toThrow(UnsupportedBodyType);
  });

  it('refuses a content coding', () => {
    expect(() => coded('gzip')).toThrow(UnsupportedBodyType);
    expect(coded('identity')).toBe('b');
  });
});
