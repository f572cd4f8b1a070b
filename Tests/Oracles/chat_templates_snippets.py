#!/usr/bin/env python3
"""Writes Fixtures/snippets.json: hundreds of small templates and what transformers' jinja2 makes of them.

Needs: transformers, jinja2. To add a case: a line in one of the tables below, then run this script.
"""

import argparse

from chat_templates_common import provenance, render, write

CONTEXT = {
    "s": "Hello, World",
    "ws": "  \t padded text\n ",
    "empty": "",
    "uni": "Straße Ünïcödé ΑΣ 漢字 😀 ﬁ ǆ İ",
    "lines": "one\ntwo\r\nthree\n\nfive\n",
    "quote": "it's \"quoted\" \\ back\tslash\u0007é\u200b",
    "n": 7,
    "neg": -7,
    "f": 2.5,
    "big": 9007199254740993,
    "t": True,
    "no": False,
    "nil": None,
    "list": [3, 1, 2],
    "words": ["banana", "Apple", "cherry", "apple"],
    "mixed": [1, "a", None, 2.5, True, [1, 2], {"k": "v"}],
    "d": {"b": 1, "a": [1, 2, {"x": None}], "C": "see", "é": "ü<>&'\""},
    "users": [
        {"name": "Bob", "age": 41, "tags": ["x"], "address": {"city": "Oslo"}},
        {"name": "alice", "age": 29, "tags": [], "address": {"city": "Rome"}},
        {"name": "Carl", "age": 29, "tags": ["y", "z"]},
    ],
    "nested": {"one": {"two": {"three": [10, 20, 30]}}},
    "html": "<b>&amp; \"x\" 'y'</b>",
}

# Printed as {{ … }}.
EXPRESSIONS = r"""
1 + 2 * 3
(1 + 2) * 3
7 // 2
-7 // 2
7 // -2
-7 % 3
7 % -3
7.5 % 2
-7.5 % 2
-7.5 // 2
7 / 2
6 / 3
2 ** 10
2 ** -1
2 ** 3 ** 2
-2 ** 2
4 ** 0.5
2.0 ** 3
1 / 0
1 // 0
1 % 0
1.5 // 0
+5
-n
+t
-t
- -5
not t
not not t
1 - 2 - 3
100 / 10 / 2
1 + 2 ~ 3
1 ~ 2 + 3
'a' ~ 1 ~ 2.0 ~ none ~ true
'a' + 'b'
'a' + 1
1 + 'a'
'ab' * 3
3 * 'ab'
'ab' * -1
[1] * 3
(1, 2) + (3,)
[1] + [2]
[1] + (2,)
t + t
t * 5
t / 2
true + 1.5
n + f
9223372036854775807
0x1F
0b101
0o17
1_000_000
1e3
1.5e-3
1E5
1.0
100.0
1e16
1e15
123456789.123456789
1e22
1e-4
1e-5
0.1 + 0.2
1.0e300 * 1e10
3.0
-0.0
1 == 1.0
true == 1
'1' == 1
none == false
[1, 2] == [1, 2]
[1, 2] == (1, 2)
{'a': 1} == {'a': 1.0}
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
1 < 2 < 3
1 < 3 < 2
3 > 2 > 1 == true
1 == 1 != 2
'a' < 'b'
'B' < 'a'
'é' > 'z'
[1, 2] < [1, 3]
[1] < [1, 0]
1 < 'a'
none < 1
'a' in 'banana'
'' in ''
1 in list
4 in list
4 not in list
'a' in d
'z' in d
'k' in mixed
none in mixed
1 in 'a'
missing in 'abc'
missing in list
'a' in missing
1 in 5
not 1 in list
t and 'yes'
no and 'yes'
no or 'default'
empty or nil or 'last'
1 and 0 or 2
t or missing.attr
no and missing.attr
'yes' if t else 'no'
'yes' if no else 'no'
'yes' if no
('yes' if no) is defined
'a' if no else 'b' if no else 'c'
1 if t else 2 if t else 3
(1 if no else 2) + 1
1, 2
(1,)
()
(1)
[]
{}
[1, 2, 3,]
{'a': 1,}
{'a': 1, 'a': 2}
{1: 'x', 1.0: 'y', true: 'z'}
{none: 1, (1, 2): 3}
{[1]: 2}
[1, 'two', 3.0, none, true, {'k': [1]}]
('a', "b'c", 'd"e', "f'\"g")
['\n\t\\', 'é', '漢', '😀', '\x07', '\u200b', '\x7f', '\xa0']
'a' 'b' "c"
'esc\n\t\\\'\"\x41\u00e9\101\q'
"line1\
line2"
'\0'
s[0]
s[-1]
s[100]
s[1:4]
s[:3]
s[3:]
s[-3:]
s[::-1]
s[::2]
s[5:1:-1]
s[-100:100]
s[100:]
s[:-100]
s[1:1]
s[::0]
list[0]
list[-1]
list[5]
list[5] is defined
list[0:2]
list[::-1]
list[1:]
list[:-1]
list['a'] is defined
list['0'] is defined
list[true]
list[1.0] is defined
list.0
users.0.name
nested.one.two.three[1]
nested['one']['two'].three.2
d['a'][2]['x']
d.a
d['missing'] is defined
d.missing is defined
d.missing
d.missing.x
d['missing']['x']
missing
missing.x
missing['x']
missing()
missing + 1
missing ~ 'x'
missing == missing
missing == none
missing == ''
missing < 1
-missing
not missing
missing is defined
missing is undefined
missing|default('d')
missing.x|default('d')
nil|default('d')
nil|default('d', true)
empty|default('d', boolean=true)
missing|length
missing|upper
missing|list
missing|join(',')
missing|tojson
missing|int
missing|string
missing|items|list
missing|first is defined
nil.x is defined
nil.x
nil['x']
n.x
s.x is defined
true.x is defined
d.items()|list
d.keys()|list
d.values()|list
d.items()
d.keys()
d.values()
d.items
d['items']() | length
{'items': 1}.items is defined
{'items': 5}['items']
{'get': 5}.get('get')
d.get('b')
d.get('zz')
d.get('zz', 'dflt')
d.get('zz') is none
d.get(key='b')
d.get()
d.copy() == d
d.update({'q': 1})
d.pop('b')
d.setdefault('q', 1)
list.append(4)
list.append is defined
list.sort()
list.index(1)
list.index(99)
list.count(3)
mixed.count(1)
(1, 2, 1).count(1)
s.__class__
s.__class__ is defined
''.__class__.__mro__
d.__len__ is defined
s.upper()
s.lower()
uni.upper()
uni.lower()
uni.title()
uni.capitalize()
uni.swapcase()
'ΟΔΥΣΣΕΥΣ ΑΣ.'.lower()
"they're bill's friends".title()
'HELLO wORLD'.capitalize()
ws.strip()
ws.lstrip()
ws.rstrip()
'xxhixx'.strip('x')
'xyhiyx'.strip('xy')
'xxhixx'.lstrip('x')
'xxhixx'.rstrip('x')
'xxhixx'.strip(none)
'\u3000hi\u2003'.strip()
'\x1chi\x1f'.strip()
'\u200bhi'.strip()
s.startswith('Hell')
s.startswith(('x', 'He'))
s.startswith('llo', 2)
s.startswith('')
s.startswith('lo', 3, 4)
s.endswith('World')
s.endswith(('x', 'ld'))
s.endswith('lo', 0, 5)
s.startswith(1)
s.find('o')
s.find('o', 5)
s.find('zz')
s.find('')
s.find('', 100)
s.find('o', -5)
s.find('o', 0, 3)
s.rfind('o')
s.rfind('l', 0, 5)
s.rfind('')
s.index('W')
s.index('zz')
s.rindex('o')
s.count('l')
s.count('')
s.count('l', 3)
s.count('lo', 0, 4)
'aaaa'.count('aa')
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.split(',', maxsplit=2)
'a,b,,c'.split(sep=',')
' a  b c '.split()
' a  b c '.split(none, 1)
''.split()
''.split(',')
'abc'.split('')
'a,b,,c'.rsplit(',', 1)
' a  b c '.rsplit(none, 1)
'a<|x|>b<|x|>c'.split('<|x|>')[-1]
'a</think>b</think>c'.split('</think>')|last
lines.splitlines()
lines.splitlines(true)
''.splitlines()
'\n'.splitlines()
'a\x0bb\x1cc\u2028d'.splitlines()
', '.join(['a', 'b'])
''.join(words)
','.join([1])
','.join('abc')
','.join({'x': 1, 'y': 2})
'aXbXc'.replace('X', '-')
'aXbXc'.replace('X', '-', 1)
'aXbXc'.replace('X', '-', 0)
'abc'.replace('', '-')
'abc'.replace('', '-', 2)
'aaa'.replace('aa', 'b')
'abc'.partition('b')
'abc'.partition('z')
'abcbd'.rpartition('b')
'abc'.rpartition('z')
'abc'.removeprefix('a')
'abc'.removesuffix('c')
'abc'.removeprefix('z')
'abc'.ljust(6) ~ '|'
'abc'.rjust(6, '*')
'abc'.center(6, '*')
'abcd'.center(7, '*')
'abc'.center(8, '*')
'abc'.ljust(1)
'-42'.zfill(6)
'42'.zfill(5)
'abc'.zfill(2)
'a\tb\tc'.expandtabs(4)
'123'.isdigit()
'²'.isdigit()
'½'.isnumeric()
'12a'.isdigit()
''.isdigit()
'abc'.isalpha()
'ab1'.isalnum()
'abc'.islower()
'ABC'.isupper()
'A1'.isupper()
'1'.isupper()
'  '.isspace()
'Hello World'.istitle()
'HeLLo'.istitle()
'abc'.isascii()
'é'.isascii()
'a b'.isprintable()
'a\n'.isprintable()
'{} {}'.format(1, 'a')
'{0} {1} {0}'.format('a', 'b')
'{name}'.format(name='x')
'{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c')
'{:05d}'.format(42)
'{:+d}'.format(42)
'{:.2f}'.format(3.14159)
'{:,}'.format(1234567)
'{:x} {:X} {:o} {:b} {:#x}'.format(255, 255, 8, 5, 255)
'{!r}'.format('a')
'{{}}'.format()
'{[0]} {.name}'.format(list, users[0])
'{a[name]}'.format(a=users[0])
'{:*^9}'.format('mid')
'{:.3}'.format('abcdef')
'{} {}'.format(1)
'{:d}'.format('a')
'{:e}'.format(12345.678)
'{:g}'.format(0.00001234)
'{:g}'.format(1234567.0)
'{:.1%}'.format(0.256)
'{:s}'.format(1)
'{:>{w}}'.format('a', w=4)
'{'.format()
'}'.format()
'{0} {}'.format(1, 2)
'%s and %s' % ('a', 'b')
'%s' % 'a'
'%s' % 5
'%s' % none
'%s' % [1, 2]
'%s' % (1,)
'%s %s' % 'a'
'%s' % ('a', 'b')
'abc' % ()
'abc' % 1
'abc' % [1]
'abc' % {'a': 1}
'%d' % 3.7
'%d' % 'a'
'%5d|%-5d|%05d' % (1, 2, 3)
'%+d % d' % (1, 2)
'%.2f' % 3.14159
'%.0f' % 2.5
'%.0f' % 3.5
'%.1f' % 0.25
'%f' % 1
'%e' % 12345.678
'%g %g %g' % (1.0, 1e10, 0.0001)
'%x %X %o %#x' % (255, 255, 8, 255)
'%r' % 'a'
'%(a)s-%(b)d' % {'a': 'x', 'b': 2}
'%(a)s' % {'b': 1}
'100%%' % ()
'%c%c' % ('x', 65)
'%5s|%-5s|%.2s' % ('a', 'b', 'abc')
'%*d' % (5, 42)
'%' % 1
'%q' % 1
'%s' % missing
'%s|%s'|format('a', 1)
'%(x)s'|format(x=1)
s|upper
s|lower
s|title
"they're foo-bar (baz) [qux] <a> {b}"|title
s|capitalize
uni|upper
uni|capitalize
ws|trim
'xxhixx'|trim('x')
5|trim
none|trim
n|upper
s|length
uni|length
list|length
d|length
5|length
d.items()|length
(1, 2)|count
s|first
s|last
list|first
list|last
[]|first is defined
[]|first
[]|last
d|first
d|last
list|join
list|join(', ')
list|join(d='-')
users|join(', ', attribute='name')
words|join(1)
mixed|join('|')
s|replace('l', 'L')
s|replace('l', 'L', 1)
s|replace('l', 'L', count=2)
'aaa'|replace('a', '', 2)
123|replace(2, 'x')
list|reverse|list
s|reverse
d|reverse|list
list|reverse|length
list|sort
list|sort(reverse=true)
words|sort
words|sort(case_sensitive=true)
words|sort(true)
users|sort(attribute='age')|map(attribute='name')|list
users|sort(attribute='age,name')|map(attribute='name')|list
users|sort(attribute='address.city')|list|length
mixed|sort
words|unique|list
words|unique(true)|list
users|unique(attribute='age')|map(attribute='name')|list
list|min
list|max
words|min
words|max(case_sensitive=true)
[]|max is defined
users|max(attribute='age')
list|sum
users|sum(attribute='age')
list|sum(start=10)
[]|sum
['a']|sum
list|batch(2)|list
list|batch(2, 'x')|list
list|slice(2)|list
list|slice(2, 'x')|list
[1,2,3,4,5]|slice(3)|list
[1,2,3,4,5]|batch(3, 0)|list
users|map(attribute='name')|list
users|map(attribute='address.city')|list
users|map(attribute='address.city', default='?')|list
users|map(attribute='tags.0')|list
words|map('upper')|list
words|map('upper')|join(' ')
words|map('replace', 'a', 'A')|list
words|map('length')|sum
words|map('nosuch')|list
words|map|list
[1, 2]|map('string')|list
['1', 'x']|map('int', 5)|list
words|map('upper')|length
(words|map('upper'))[0] is defined
words|map('upper')|first
words|map('upper')|last
list|select('odd')|list
list|select|list
[0, 1, none, '', 'a']|select|list
list|select('>', 1)|list
list|select('in', [1, 2])|list
list|reject('odd')|list
list|select('nosuch')|list
users|selectattr('age', 'equalto', 29)|map(attribute='name')|list
users|selectattr('age', '==', 29)|list|length
users|selectattr('age', 'gt', 30)|map(attribute='name')|list
users|selectattr('tags')|map(attribute='name')|list
users|rejectattr('tags')|map(attribute='name')|list
users|selectattr('address', 'defined')|list|length
users|selectattr('address.city', 'equalto', 'Oslo')|list
users|rejectattr('name', 'in', ['Bob'])|map(attribute='name')|join(',')
users|selectattr('name', 'ne', 'Bob')|first
users|groupby('age')|list
users|groupby('age')|map('first')|list
d|items|list
d|items|first
list|items
d|dictsort
d|dictsort(true)
d|dictsort(false, 'value')
{'a': 2, 'b': 1}|dictsort(by='value')
{'a': 2, 'b': 1}|dictsort(reverse=true)
d|list
s|list
5|list
none|list
'42'|int
'42.9'|int
'abc'|int
'abc'|int(7)
'0x1A'|int(base=16)
'ff'|int(0, 16)
' 12 '|int
'1_000'|int
'-5'|int
none|int
[]|int
3.9|int
true|int
'1e3'|int
'inf'|int
'3.5'|float
'abc'|float
'abc'|float(1.5)
'1e3'|float
' 2 '|float
'.5'|float
'5.'|float
'-.5'|float
'.'|float
'nan'|float
'-inf'|float
'0x10'|float
5|float
none|float
5|string
2.0|string
none|string
list|string
-5|abs
-2.5|abs
'a'|abs
42.55|round
42.55|round(1)
42.45|round(1)
2.5|round
3.5|round
2.675|round(2)
1234.5|round(-2)
42|round
15|round(-1)
25|round(-1)
-2.5|round
42.1|round(0, 'ceil')
42.9|round(method='floor')
42.123|round(2, 'floor')
1e20|round(2)
'a'|round
'a\nb\n\nc'|indent
'a\nb\n\nc'|indent(2)
'a\nb\n\nc'|indent(2, true)
'a\nb\n\nc'|indent(2, first=true, blank=true)
'a\nb'|indent('> ')
'a\nb'|indent(width='> ', first=true)
''|indent
'a\n'|indent
html|e
html|escape
html|e|e
html|forceescape
(html|e)|forceescape
html|safe
(html|safe) + '<x>'
'<x>' + (html|safe)
(html|safe) ~ '<x>'
(html|safe)|upper
('<%s>'|safe) % '<a>'
('a'|safe) is escaped
'a' is escaped
(html|e)|length
html|striptags
'word count is here'|wordcount
'abc'|center(9) ~ '|'
'abcd'|center(9) ~ '|'
'foo bar baz qux'|truncate(9)
'foo bar baz qux'|truncate(9, true)
'foo bar baz qux'|truncate(11)
'foo bar baz qux'|truncate(11, false, '...', 0)
users[0]|attr('name') is defined
s|attr('upper') is defined
d|tojson
mixed|tojson
s|tojson
quote|tojson
uni|tojson
uni|tojson(ensure_ascii=true)
d|tojson(indent=2)
d|tojson(indent=0)
d|tojson(indent='--')
[]|tojson(indent=2)
{}|tojson(indent=2)
[[], {}]|tojson(indent=4)
d|tojson(separators=(',', ':'))
d|tojson(indent=1, separators=(', ', ' = '))
d|tojson(sort_keys=true)
{'b': 1, 'a': 2}|tojson(sort_keys=true, indent=2)
{1: 'a', none: 'b', true: 'c', 2.5: 'd'}|tojson
{(1, 2): 'a'}|tojson
(1, 2)|tojson
1.0|tojson
1e100|tojson
0.1|tojson
none|tojson
true|tojson
'</script>&\u2028'|tojson
d.items()|tojson
range(3)|tojson
namespace(a=1)|tojson
range(5)|list
range(2, 8, 3)|list
range(5, 0, -2)|list
range(0)|list
range(3)
range(3)[1]
range(10)[-1]
range(10)[2:5]|list
range(1, 10, 2)
3 in range(5)
range(0, 3, 0)
range('a')
range(1000000)
range(3)|length
range(3) == range(3)
dict(a=1, b='x')
dict([('a', 1), ('b', 2)])
dict({'a': 1}, b=2)
dict()
namespace(x=1).x
namespace({'x': 2}).x
namespace(x=1).y is defined
namespace(x=1)['x']
namespace(_x=1)
raise_exception('boom')
raise_exception('code ' ~ 5)
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d %H:%M:%S %p %A %B %a %j %y %I %w %u %e %-d %F %T %D %%')
strftime_now is defined
lipsum is defined and false
n is number
f is number
t is number
t is integer
n is integer
f is float
n is float
s is string
nil is none
nil is not none
nil is None
missing is none
list is iterable
s is iterable
5 is iterable
nil is iterable
missing is iterable
s is sequence
list is sequence
d is sequence
5 is sequence
missing is sequence
range(3) is sequence
d.items() is sequence
d is mapping
list is mapping
t is true
t is false
no is false
1 is true
1 is boolean
t is boolean
s is callable
range is callable
d.items is callable
missing is callable
3 is odd
4 is even
'a' is odd
6 is divisibleby 3
6 is divisibleby(4)
6 is divisibleby 0
1 is eq 1
1 is equalto 2
1 is ne 2
1 is lt 2
1 is gt(2)
2 is ge 2
2 is le 1
1 is in [1, 2]
1 is not in [1, 2]
'a' is in 'abc'
1 is sameas 1
true is sameas true
none is sameas none
list is sameas list
'abc' is lower
'ABC' is upper
'123' is lower
'upper' is filter
'nosuch' is filter
'odd' is test
s is nosuchtest
s|nosuchfilter
n is defined and n > 5
n is number and s is string
not n is string
n is not string
n is string or n is number
(n is string) == false
5 if n is number else 6
-1|abs
-n|abs
1 + -2|abs
2 * 3|string
'a' ~ 'b'|upper
('a' ~ 'b')|upper
'%d' % 5|abs
n|string|length
list|sort|first
list|sort|join('-')|upper
s.split(', ')[1][::-1]|lower
s.split(', ')|map('lower')|list
not list
list and 'full'
{} or 'empty'
'a' in ['a'] and 'b' not in ['a']
'a' == 'a' and not 'b' == 'a'
[1, [2, [3, [4]]]]
{'a': {'b': {'c': 1}}}
{'a': {}}
users[1:]|map(attribute='name')|list
users[-1].name
users[0]['tags'][0]
users|length > 2 and users[0].age == 41
(users|first).name
users|map(attribute='age')|sum / users|length
t is true and no is false
loop is defined
self is defined
True
False
None
true is true
none is none
1 if
1 +
)
(1
[1
{1
{1:2
'abc
a.b.
1 2
a b
"a" "b"
1..2
1.foo
not
is defined
|upper
s|
s is
s[
s[]
s()
n()
5()
s.upper
s.nosuch()
d.nosuch()
[1, 2](0)
d(1)
*a
**a
@
s $ s
007
0
00
1 is divisibleby
f(a=1, 2)
range(*[1, 4])|list
dict(**{'a': 1})
dict(a=1, a=2)
range(*5)
'a'.upper(1)
'abc'.replace('a')
s|replace('a')
s|trim(1)
'x'|default(1, 2, 3)
'a'.join
"\N{DASH}"
'\U0001F600'
'\xe9'
"tab\there"
'a\
b'
big
big + 1
big * 1.0
10 ** 18
-5 // 2
5 // -2.0
0.0 // 5
-0.0 // 5
5.0 % 3
-5.0 % 3
5.0 % -3
1e308 * 10
1e308 * 10 - 1e308 * 10
(1e308 * 10)|tojson
1.5e300 % 7
2.5|int
'  '|int
"é" == "é"
"é" == "é"
'Ａ' == 'A'
"a\u0301"|length
'👨‍👩‍👧'|length
'👨‍👩‍👧'[0]
'\r\n'|length
"\r\n".splitlines()
'a\rb'|length
s[1:3] ~ s[-1]
s[none:2]
s['a'] is defined
s[1.5] is defined
s[:'a']
d[:1] is defined
5[0] is defined
none[0] is defined
range(5)[::2]|list
(1, 2, 3)[::-1]
(1, 2, 3)[5] is defined
[1, 2, 3][-3:2]
[[1, 2], [3]]|sum(start=[])
[(1, 'a'), (2, 'b')]|map('last')|list
[(1, 'a'), (2, 'b')]|map(attribute=1)|list
['b', 'a']|sort|map('upper')|join
words|select('equalto', 'apple')|list
words|select('lower')|list
words|reject('in', ['banana'])|list|length
d|map('upper')|list
d|select('string')|list|length
{'x': [1, 2, 3]}.x|sum
['a', ['b', ['c']]]|string
[none, true, 1.50]|string
d|string|length
'a'|string is string
missing|string is string
users|map('attr', 'name')|list
list|map('abs')|list
['a b', 'c']|map('wordcount')|sum
'A' 'B'|lower
''|default('x', true)|upper
missing|default(missing2)|default('z')
(missing|default({})).a is defined
(d|default({})).b
missing is defined and missing.x
missing is not defined or missing.x
d.b is defined and d.b
(d.get('zz') or 'alt')
'é'.encode() is defined and false
""" .strip("\n").split("\n")

# Whole templates.
STATEMENTS = [
    "a\n{% if true %}\nb\n{% endif %}\nc\n",
    "a\n  {% if true %}  \n  b\n  {% endif %}\n c",
    "a {% if true %} b {% endif %} c",
    "a {%- if true -%} b {%- endif -%} c",
    "a \n\n {%- if true %}\n b {% endif -%} \n\n c",
    "a\n  {%+ if true %}\nb{% endif +%}\nc",
    "a\n\t{%- if true +%}\nb\n{%- endif +%}\n c",
    "{{- 'x' -}}  y  {{ 'z' }}\n",
    "  {{ 'x' }}  \n  {{- 'y' }}\n",
    "x{# comment #}y",
    "x\n  {# comment #}\ny",
    "x\n  {#- comment -#}\n y",
    "x {#+ c +#}\ny",
    "{#-#}a{# #}b",
    "a{##}b",
    "{% raw %}{{ x }}{% if %}{% endraw %}",
    "a\n{% raw %}\n  b {{\n{% endraw %}\nc",
    "a {%- raw -%} b {%- endraw -%} c",
    "{% raw +%}x{% endraw %}",
    "\n\n  {% raw %} x {% endraw +%}\n y",
    "line\r\nline2\rline3\n\n",
    "{{ 'a' }}\n",
    "{{ 'a' }}\n\n",
    "\n{{ 'a' }}",
    "{{ {'a': {'b': 1}}['a'] }}",
    "{{ {'a': {'b': 1}} }}",
    "{{ '}}' }}",
    "{{ '{{' ~ \"%}\" }}",
    "{ { x } } {% if true %}{{% endif %}",
    "{{ 1 }}{{ 2 }}{{- 3 }}",
    "{%if true%}x{%endif%}",
    "{%- for i in [1,2] -%} {{ i }} {%- endfor -%}",
    "{% for i in [1,2,3] %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for i in [] %}x{% else %}empty{% endfor %}",
    "{% for i in [1] %}x{% else %}empty{% endfor %}",
    "{% for i in missing %}x{% else %}none{% endfor %}",
    "{% for i in none %}x{% endfor %}",
    "{% for i in 5 %}x{% endfor %}",
    "{% for c in 'abc' %}{{ c }}-{% endfor %}",
    "{% for k in d %}{{ k }} {% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k, v in d|items %}{{ loop.index }}{{ k }}{% endfor %}",
    "{% for k, v in d|dictsort %}{{ k }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in [(1, 2, 3)] %}x{% endfor %}",
    "{% for a, b in [1] %}x{% endfor %}",
    "{% for a, b in ['xy'] %}{{ b }}{{ a }}{% endfor %}",
    "{% for x in list if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}",
    "{% for x in list if x > 9 %}{{ x }}{% else %}none{% endfor %}",
    "{% for u in users if u.age == 29 %}{{ u.name }}{{ loop.first }}{{ loop.last }}{% endfor %}",
    "{% for x in list %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for x in list %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}",
    "{% for x in list %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}",
    "{% for x in list %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in [1,1,2] %}{{ loop.changed(x) }}{% endfor %}",
    "{% for x in list %}{{ loop.nosuch is defined }}{% endfor %}",
    "{% for x in list %}{% for y in 'ab' %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
    "{% for x in [1,2] %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ y }}{% endfor %}{% endfor %}",
    "{% for x in list recursive %}{{ x }}{% endfor %}",
    "{% for n in [{'v': 1, 'c': [{'v': 2, 'c': []}, {'v': 3, 'c': []}]}] recursive %}{{ n.v }}{{ loop.depth }}({{ loop(n.c) }}){% endfor %}",
    "{% for x in list %}{{ loop(x) }}{% endfor %}",
    "{% for x in range(5) %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in range(5) %}{% if x is odd %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in range(3) %}{% for y in range(3) %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}",
    "{% for x in range(5) %}{% break %}{% else %}none{% endfor %}end",
    "{% for x in (1, 2) %}{{ x }}{% endfor %}{{ x is defined }}",
    "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}",
    "{% set x = 1 %}{% for i in [1,2] %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% if false %}{% set x = 2 %}{% endif %}{{ x is defined }}{{ n }}",
    "{% if false %}{% set n = 2 %}{% endif %}{{ n }}",
    "{% for i in [1,2] %}{% if i == 1 %}{% set n = 'set' %}{% endif %}{{ n }}{% endfor %}{{ n }}",
    "{% set ns = namespace(x=0, found=false) %}{% for i in list %}{% set ns.x = ns.x + i %}{% if i == 2 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.x }}{{ ns.found }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b is defined }}{{ ns.b }}",
    "{% set ns = namespace(items=[1]) %}{% set ns.items = ns.items + [2] %}{{ ns.items }}",
    "{% set d2 = {} %}{% set d2.x = 1 %}",
    "{% set ns = namespace(a=1) %}{% set ns._b = 2 %}",
    "{% set a, b = 1, 2 %}{{ b }}{{ a }}",
    "{% set a, b = [1] %}",
    "{% set (a, b) = 'xy' %}{{ a }}{{ b }}",
    "{% set x = 1, 2 %}{{ x }}",
    "{% set x %}hello {{ n }}{% endset %}[{{ x }}]",
    "{% set x | upper %}hello{% endset %}{{ x }}",
    "{% set x | replace('l', 'L') | trim %}  hello {% endset %}{{ x }}{{ x is string }}",
    "{% set x %}{% set y = 5 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}",
    "{% set true = 1 %}",
    "{% set 5 = 1 %}",
    "{% set x = missing %}{{ x is defined }}",
    "{% set x = none %}{{ x is defined }}{{ x is none }}",
    "{% if 1 %}a{% elif 2 %}b{% else %}c{% endif %}",
    "{% if 0 %}a{% elif 2 %}b{% else %}c{% endif %}",
    "{% if 0 %}a{% elif '' %}b{% else %}c{% endif %}",
    "{% if missing %}a{% endif %}b",
    "{% if 0.0 %}a{% endif %}{% if [] %}b{% endif %}{% if {} %}c{% endif %}{% if ' ' %}d{% endif %}",
    "{% if s.startswith('H') and n > 5 or missing.x %}yes{% endif %}",
    "{% macro m(a, b='B', c=n) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 2) }}|{{ m(c=3, a=1) }}|{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
    "{% macro m(a) %}{{ a }}{{ varargs|length }}{{ kwargs }}{% endmacro %}{{ m() }}{{ m(1) }}{{ m(1, 2, y=1) }}",
    "{% macro m(a, b) %}{{ b is defined }}{% endmacro %}{{ m(1) }}",
    "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}",
    "{% macro m(a=1, b) %}{% endmacro %}",
    "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(4) }}",
    "{% macro m() %}{{ g }}{% endmacro %}{% set g = 5 %}{{ m() }}",
    "{% macro m() %}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}",
    "{% macro m() %} x {% endmacro %}[{{ m() }}][{{ m()|trim }}]{{ m() is string }}{{ m()|length }}",
    "{% macro outer() %}[{{ caller() }}]{% endmacro %}{% call outer() %}in{% endcall %}",
    "{% macro outer() %}{% for i in [1,2] %}{{ caller(i, b=i) }}{% endfor %}{% endmacro %}{% call(a, b=0) outer() %}{{ a }}{{ b }};{% endcall %}",
    "{% macro outer() %}{{ caller is defined }}{% endmacro %}{{ outer() }}",
    "{% macro outer() %}x{% endmacro %}{% call outer() %}in{% endcall %}",
    "{% call 5 %}x{% endcall %}",
    "{% macro m(a, b) %}{% endmacro %}{{ m.name }}{{ m.arguments }}",
    "{% for i in [1] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{{ m() }}{% macro m() %}{% endmacro %}",
    "{% macro render(x) -%}\n  {%- if x is mapping -%}\n    {%- for k, v in x.items() -%}\n      {{ k }}:{{ render(v) }};\n    {%- endfor -%}\n  {%- elif x is iterable and x is not string -%}\n    [{%- for y in x -%}{{ render(y) }}{%- if not loop.last -%}, {% endif -%}{%- endfor -%}]\n  {%- else -%}\n    {{ x }}\n  {%- endif -%}\n{%- endmacro %}\n{{ render(d) }}",
    "{% filter upper %}abc {{ s }}{% endfilter %}",
    "{% filter replace('a', 'b')|upper %}aaa{% endfilter %}",
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% filter trim %}  {% set q = 1 %} x {% endfilter %}{{ q is defined }}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "{% with a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{% endwith %}",
    "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z is defined }}",
    "a{% generation %}b{{ n }}{% endgeneration %}c",
    "a\n  {% generation %}\n b\n  {% endgeneration %}\nc",
    "{% generation %}{% set q = 1 %}{% endgeneration %}{{ q is defined }}",
    "{%- generation -%} x {%- endgeneration -%} y",
    "{% print 1 %}",
    "{% block x %}b{% endblock %}{% if %}",
    "{% do list.append(1) %}",
    "{% include 'x' %}",
    "{% nosuchtag %}",
    "{% if true %}",
    "{% endif %}",
    "{% for x in list %}",
    "{% if true %}{% endfor %}",
    "{% else %}",
    "{% for %}{% endfor %}",
    "{% for x %}{% endfor %}",
    "{% for x in %}{% endfor %}",
    "{% for x.y in list %}{% endfor %}",
    "{% set %}",
    "{% set x %}",
    "{% macro %}{% endmacro %}",
    "{% %}",
    "{{ }}",
    "{%",
    "{{",
    "{#",
    "{{ 1",
    "{% if 1",
    "{{ 'a }}",
    "{% raw %}",
    "%} }} #}",
    "{{ 1 }}}}",
    "{{ {1: 2}}}",
    "{{ (1 }}",
    "{{ 1) }}",
    "{{ [1) }}",
    "{{ s | upper | lower | title }}",
    "{{ s|upper()|lower() }}",
    "{{ s\n|\nupper }}",
    "{{\n  s\n}}",
    "{% set x = [\n  1,\n  2\n] %}{{ x }}",
    "{% if n == 7 -%}\n   seven\n{%- else -%}\n   other\n{%- endif %}\n",
    "{% for m in users %}\n{{ m.name }}\n{% endfor %}\n",
    "{% for m in users -%}\n{{ m.name }}\n{%- endfor %}\n",
    "  {% for m in users %}\n    {{ m.name }}\n  {% endfor %}\nend",
    "<s>{% for m in users %}{{ '[INST] ' + m.name + ' [/INST]' }}{% endfor %}</s>",
    "{{ bos_token }}x{{ eos_token }}",
    "{% set bos_token = 'B' %}{{ bos_token }}",
    "{% set loop = 5 %}{{ loop }}",
    "{% set x = 5 %}{% for x in [1] %}{{ x }}{% endfor %}{{ x }}",
    "{% for x in [1,2] %}{{ x }}{% set x = 9 %}{{ x }}{% endfor %}",
    "{% set a = [1,2] %}{% set b = a %}{% set a = a + [3] %}{{ a }}{{ b }}",
    "{% for i in range(3) %}{% set v = v|default(0) + 1 %}{{ v }}{% endfor %}",
    "{% if not x is defined %}{% set x = 'new' %}{% endif %}{{ x }}",
    "{% if tools is not defined %}{% set tools = none %}{% endif %}{{ tools is none }}",
    "{% for i in [1,2,3] %}{% if loop.first %}f{% elif loop.last %}l{% else %}m{% endif %}{% endfor %}",
    "{% set x = 'a' if n > 5 else 'b' %}{{ x }}",
    "{% set x = {'k': 1} %}{% for k in x %}{{ x[k] }}{% endfor %}",
    "{% set parts = s.split(', ') %}{% for p in parts %}{{ loop.index }}:{{ p }}{{ '\\n' }}{% endfor %}",
    "{{ '\\n' }}{{ \"\\n\" }}|\n{{ 'a\nb' }}",
    "{% set x = 'multi\nline' %}{{ x }}",
    "{%- set x = 1 -%}\n{%- set y = 2 -%}\n{{ x + y }}",
    "{{ raise_exception('Roles must alternate') }}",
    "{% if false %}{{ raise_exception('no') }}{{ s|nosuch }}{{ s is nosuch }}{% endif %}ok",
    "{% if true %}{{ s|nosuch }}{% endif %}",
    "{{ s|nosuch if false else 'ok' }}",
    "{{ 'ok' if true else s|nosuch }}",
    "{% for x in [] %}{{ s|nosuch }}{% endfor %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% for k, v in users[0].items() recursive %}{{ k }}{% endfor %}",
    "{% for a in 'ab' %}{% for b in 'cd' %}{{ loop.index }}{{ a }}{{ b }}{% else %}x{% endfor %}{% endfor %}",
    "{% set ns = namespace(l=[]) %}{% for i in list|sort %}{% set ns.l = ns.l + [i * 2] %}{% endfor %}{{ ns.l|join('+') }}={{ ns.l|sum }}",
    "{% set it = list|map('string') %}{{ it|join }}{{ it|join }}",
    "{% set x = list|select('odd') %}{% for i in x %}{{ i }}{% endfor %}{% for i in x %}{{ i }}{% endfor %}",
    "{% if list|select('odd') %}truthy generator{% endif %}",
    "{% if list|select('odd')|list %}t{% endif %}{% if list|select('gt', 9)|list %}t{% else %}f{% endif %}",
    "{%- if messages is defined %}x{% endif -%}{{ messages|length }}",
    "{% autoescape true %}{{ html }}{% endautoescape %}{% if %}",
    "a{% set x = 1 %}\n\nb",
    "a{% set x = 1 -%}\n\nb",
    "\t{% set x = 1 %}\tb",
    " \u00a0{% set x = 1 %}b",
    "a\u2003\n\u2003{%- set x = 1 -%}\u2003b",
    "a \x0b\x0c {% set x = 1 %}b",
    "a\n \x0b\x0c {% set x = 1 %}b",
    "x\n{{ 1 }}\n{% set y = 2 %}\n\n{{ y }}\n",
    "{% set comment %}{# in block #}kept{% endset %}{{ comment }}",
    "{{ '{# not a comment #}' }}{# {{ 'comment' }} #}",
    "{{ '{% raw %}' }}",
    "{% set a = 1 %}{% set b = 2 %}{% if a == 1 and b == 2 %}ok{% endif %}",
    "{% macro m(a) %}{% set a = a + 1 %}{{ a }}{% endmacro %}{{ m(1) }}{{ m(5) }}",
    "{% macro m(list) %}{{ list }}{% endmacro %}{{ m('shadow') }}{{ list }}",
    "{% set f = s.upper %}{{ f() }}",
    "{% set get = d.get %}{{ get('b') }}",
    "{{ loop }}",
    "{% for x in loop %}{% endfor %}",
    "{% continue %}",
    "{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{{ missing.x.y }}",
    "{{ d.x.y }}",
    "{{ d['x'] }}{{ d.x }}[{{ d.x }}]",
    "{{ (d.x).y is defined }}",
    "{% for x in d.x %}a{% else %}none{% endfor %}",
    "{% for u in users %}{{ u.address.city if u.address is defined else '?' }}{% endfor %}",
    "{% for u in users %}{{ u.address.city }}{% endfor %}",
    "{% set content = s %}{% if 'World' in content %}{% set content = content.split('World')[0] %}{% endif %}{{ content }}",
    "{%- set first = users[0] %}{%- set rest = users[1:] %}{{ first.name }}{{ rest|length }}",
    "{{ users | selectattr('age', 'ge', 30) | list | tojson(indent=2) }}",
    "{% for u in users|sort(attribute='name', reverse=true) %}{{ u.name }}{% endfor %}",
    "{% for g, us in users|groupby('age') %}{{ g }}:{% for u in us %}{{ u.name }}{% endfor %};{% endfor %}",
    "{% for row in list|batch(2) %}{{ row }}{% endfor %}",
    "{{ 'x' * 3 }}{{ '-' * (n - 4) }}",
    "{% set x = 1 %}{% with %}{% set x = 2 %}{% endwith %}{{ x }}",
    "{% set x = 1 %}{% set y %}{% set x = 2 %}{{ x }}{% endset %}{{ x }}{{ y }}",
]


# Where this module is stricter on purpose, or leaves something out: the expected answer is an error.
STRICTER = {
    "{{ html|striptags }}",
    "{{ s[] }}",
    "{{ 'é'.encode() is defined and false }}",
    "{#",
    "{% raw %}",
}
# Answers that depend on object identity or on jinja2's blocks, which chat templates have no use for.
LEFT_OUT = {"{{ list is sameas list }}", "{{ self is defined }}", "{{ d[:1] is defined }}"}


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    sources = ["{{ " + expression + " }}" for expression in EXPRESSIONS] + STATEMENTS
    cases, seen = [], set()
    for source in sources:
        if source in seen or source in LEFT_OUT:
            continue
        seen.add(source)
        text, error = render(
            source, bos_token="<s>", eos_token="</s>", documents=None, messages=[], tools=None,
            add_generation_prompt=True, **CONTEXT,
        )
        if text is not None and " at 0x" in text:
            continue  # printing a generator or a method shows an address; ours is an error
        if source in STRICTER:
            text, error = None, "left out or refused by this module"
        case = {"source": source}
        case.update({"expected": text} if error is None else {"error": error})
        cases.append(case)
    write("snippets.json", {"provenance": provenance("chat_templates_snippets.py"), "context": CONTEXT, "cases": cases})
    print(len(cases), "cases,", sum("error" in case for case in cases), "of them errors")


if __name__ == "__main__":
    main()
