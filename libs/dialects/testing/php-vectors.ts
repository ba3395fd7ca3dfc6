/**
 * The results of PHP 8.2.35: printed by `json_encode` from `http_build_query(json_decode($json, true))` and
 * `parse_str($query, $result)`, without a php.ini. Each byte of a result is one character.
 */
export const phpVersion = '8.2.35';

/** The vendor's `$params`, and `md5(http_build_query($params) . 'your_api_key')`. */
export const vendorSample = {
  json: '{"api_username":"your_api_usr","api_password":"your_api_pass","data":{"project_id":1,"caller_id":"0123456789","caller_id_name":"John Doe","type":"queue","destination":"test-queue","external_id":"asdf1234","async":1,"outbound_number":"+40212345678","outbound_trunk":"default-trunk","vars":{"SKIP_WELCOME":1,"SKIP_WE_ARE_RECORDING":1,"SKIP_ENTER_QUEUE":0,"BACKEND_LINK":"https://[YOUR-EXTERNAL-CRM-URL]/?change_this_url=1234"}}}',
  query:
    'api_username=your_api_usr&api_password=your_api_pass&data%5Bproject_id%5D=1&data%5Bcaller_id%5D=0123456789&data%5Bcaller_id_name%5D=John+Doe&data%5Btype%5D=queue&data%5Bdestination%5D=test-queue&data%5Bexternal_id%5D=asdf1234&data%5Basync%5D=1&data%5Boutbound_number%5D=%2B40212345678&data%5Boutbound_trunk%5D=default-trunk&data%5Bvars%5D%5BSKIP_WELCOME%5D=1&data%5Bvars%5D%5BSKIP_WE_ARE_RECORDING%5D=1&data%5Bvars%5D%5BSKIP_ENTER_QUEUE%5D=0&data%5Bvars%5D%5BBACKEND_LINK%5D=https%3A%2F%2F%5BYOUR-EXTERNAL-CRM-URL%5D%2F%3Fchange_this_url%3D1234',
  hash: '65fc0a7a04153c1f94958d255dfcafbb',
};

/** JSON → the query. */
export const jsonVectors: readonly (readonly [name: string, json: string, query: string])[] = [
  ['spaces', '{"a b":" c  d "}', 'a+b=+c++d+'],
  ['a plus', '{"a+b":"1+1"}', 'a%2Bb=1%2B1'],
  ['&, = and #', '{"a&b=c":"d&e=f#g"}', 'a%26b%3Dc=d%26e%3Df%23g'],
  ['brackets', '{"a[b]":"c[d]","[":"]"}', 'a%5Bb%5D=c%5Bd%5D&%5B=%5D'],
  ['percent signs', '{"100%":"%41%"}', '100%25=%2541%25'],
  [
    'marks that stay, and marks that do not',
    '{"m":"-_.~!*\'()/:;?@,$\\""}',
    'm=-_.%7E%21%2A%27%28%29%2F%3A%3B%3F%40%2C%24%22',
  ],
  ['UTF-8', '{"naïve":"Ștefan Müller 😀 ١"}', 'na%C3%AFve=%C8%98tefan+M%C3%BCller+%F0%9F%98%80+%D9%A1'],
  ['escapes', '{"\\u00e9\\u0000":"\\ud83d\\ude00\\n\\t\\\\ \\" \\/"}', '%C3%A9%00=%F0%9F%98%80%0A%09%5C+%22+%2F'],
  ['nulls', '{"a":null,"b":"1","c":{"d":null}}', 'b=1'],
  ['booleans', '{"a":true,"b":false,"c":[true,false]}', 'a=1&b=0&c%5B0%5D=1&c%5B1%5D=0'],
  ['empty arrays', '{"a":[],"b":{},"c":{"d":[[]]},"e":""}', 'e='],
  [
    'nested arrays',
    '{"a":{"b":{"c":{"d":[1,[2,{"e":3}]]}}}}',
    'a%5Bb%5D%5Bc%5D%5Bd%5D%5B0%5D=1&a%5Bb%5D%5Bc%5D%5Bd%5D%5B1%5D%5B0%5D=2&a%5Bb%5D%5Bc%5D%5Bd%5D%5B1%5D%5B1%5D%5Be%5D=3',
  ],
  ['a list', '["x",["y"],{"z":1}]', '0=x&1%5B0%5D=y&2%5Bz%5D=1'],
  [
    'numeric keys in the order they came',
    '{"b":1,"10":2,"9":3,"-1":4,"01":5,"a":{"2":"x","1":"y","0":"z"}}',
    'b=1&10=2&9=3&-1=4&01=5&a%5B2%5D=x&a%5B1%5D=y&a%5B0%5D=z',
  ],
  ['an empty key', '{"":"a","b":{"":"c"}}', '=a&b%5B%5D=c'],
  ['a key that comes twice', '{"a":1,"b":2,"a":3}', 'a=3&b=2'],
  ['a key that comes twice, as number and text', '{"1":"a","b":2,"1":"c"}', '1=c&b=2'],
  [
    'names of Object',
    '{"__proto__":{"x":1},"constructor":"y","toString":2,"a":{"__proto__":"z"}}',
    '__proto__%5Bx%5D=1&constructor=y&toString=2&a%5B__proto__%5D=z',
  ],
  [
    'whole numbers',
    '[0,-0,1,-1,9007199254740993,9223372036854775807,-9223372036854775808]',
    '0=0&1=0&2=1&3=-1&4=9007199254740993&5=9223372036854775807&6=-9223372036854775808',
  ],
  [
    'whole numbers too great for an int',
    '[9223372036854775808,-9223372036854775809,12345678901234567890]',
    '0=9.2233720368548E%2B18&1=-9.2233720368548E%2B18&2=1.2345678901235E%2B19',
  ],
  [
    'floats',
    '[1.0,-0.0,1.5,-2.25,0.1,0.30000000000000004,3.141592653589793,100.0,1e2]',
    '0=1&1=-0&2=1.5&3=-2.25&4=0.1&5=0.3&6=3.1415926535898&7=100&8=100',
  ],
  [
    'great and small floats',
    '[1e14,1e13,99999999999999.5,1.0E+25,1e-4,1e-5,1.5e-7,1.7976931348623157e308,5e-324]',
    '0=1.0E%2B14&1=10000000000000&2=1.0E%2B14&3=1.0E%2B25&4=0.0001&5=1.0E-5&6=1.5E-7&7=1.7976931348623E%2B308&8=4.9406564584125E-324',
  ],
  [
    'floats exactly between two',
    '[1234567890123.25,1234567890123.75,12345678901234.5,12345678901235.5,442387633945205e0,442387633945204e0,100000000000095e0]',
    '0=1234567890123.2&1=1234567890123.8&2=12345678901234&3=12345678901236&4=4.4238763394520E%2B14&5=4.423876339452E%2B14&6=1.000000000001E%2B14',
  ],
  ['blanks around everything', '\t{ "a"\r\n:\n[ 1 , 2 ] , "b" : { } } \n', 'a%5B0%5D=1&a%5B1%5D=2'],
];

export type Pairs = readonly (readonly [key: string, value: string | Pairs])[];

/** Query → the array, and the query that PHP makes of that. */
export const queryVectors: readonly (readonly [query: string, pairs: Pairs, again: string])[] = [
  ['a=1', [['a', '1']], 'a=1'],
  ['a', [['a', '']], 'a='],
  ['a=', [['a', '']], 'a='],
  ['a==b', [['a', '=b']], 'a=%3Db'],
  ['=x', [], ''],
  ['', [], ''],
  ['&&a=1&', [['a', '1']], 'a=1'],
  ['a=1&a=2', [['a', '2']], 'a=2'],
  [
    'a[b]=1&a[c]=2&d=3&a[b]=4',
    [
      [
        'a',
        [
          ['b', '4'],
          ['c', '2'],
        ],
      ],
      ['d', '3'],
    ],
    'a%5Bb%5D=4&a%5Bc%5D=2&d=3',
  ],
  ['a=1&a[b]=2', [['a', [['b', '2']]]], 'a%5Bb%5D=2'],
  ['a[b]=2&a=1', [['a', '1']], 'a=1'],
  ['a+b=c+d', [['a_b', 'c d']], 'a_b=c+d'],
  ['a%20b=c%20d', [['a_b', 'c d']], 'a_b=c+d'],
  ['%20a=1', [['a', '1']], 'a=1'],
  ['a.b.c=1', [['a_b_c', '1']], 'a_b_c=1'],
  ['a.b[c.d]=1', [['a_b', [['c.d', '1']]]], 'a_b%5Bc.d%5D=1'],
  ['a b[c d]=1', [['a_b', [['c d', '1']]]], 'a_b%5Bc+d%5D=1'],
  ['a-b~c=1', [['a-b~c', '1']], 'a-b%7Ec=1'],
  [
    'a[]=1&a[]=2',
    [
      [
        'a',
        [
          ['0', '1'],
          ['1', '2'],
        ],
      ],
    ],
    'a%5B0%5D=1&a%5B1%5D=2',
  ],
  [
    'a[][]=1&a[][]=2',
    [
      [
        'a',
        [
          ['0', [['0', '1']]],
          ['1', [['0', '2']]],
        ],
      ],
    ],
    'a%5B0%5D%5B0%5D=1&a%5B1%5D%5B0%5D=2',
  ],
  [
    'a[5]=x&a[]=y',
    [
      [
        'a',
        [
          ['5', 'x'],
          ['6', 'y'],
        ],
      ],
    ],
    'a%5B5%5D=x&a%5B6%5D=y',
  ],
  [
    'a[01]=x&a[1]=y&a[]=z',
    [
      [
        'a',
        [
          ['01', 'x'],
          ['1', 'y'],
          ['2', 'z'],
        ],
      ],
    ],
    'a%5B01%5D=x&a%5B1%5D=y&a%5B2%5D=z',
  ],
  [
    'a[-5]=x&a[]=y',
    [
      [
        'a',
        [
          ['-5', 'x'],
          ['-4', 'y'],
        ],
      ],
    ],
    'a%5B-5%5D=x&a%5B-4%5D=y',
  ],
  ['a[9223372036854775807]=x&a[]=y', [['a', [['9223372036854775807', 'x']]]], 'a%5B9223372036854775807%5D=x'],
  [
    'a[b][]=1&a[b][]=2&a[]=3',
    [
      [
        'a',
        [
          [
            'b',
            [
              ['0', '1'],
              ['1', '2'],
            ],
          ],
          ['0', '3'],
        ],
      ],
    ],
    'a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=2&a%5B0%5D=3',
  ],
  [
    'b=1&10=2&9=3&b=4',
    [
      ['b', '4'],
      ['10', '2'],
      ['9', '3'],
    ],
    'b=4&10=2&9=3',
  ],
  [
    'a[2]=x&a[1]=y&a[0]=z',
    [
      [
        'a',
        [
          ['2', 'x'],
          ['1', 'y'],
          ['0', 'z'],
        ],
      ],
    ],
    'a%5B2%5D=x&a%5B1%5D=y&a%5B0%5D=z',
  ],
  ['a%5Bb%5D=1', [['a', [['b', '1']]]], 'a%5Bb%5D=1'],
  ['a%5Bb%5D%5Bc%5D=1', [['a', [['b', [['c', '1']]]]]], 'a%5Bb%5D%5Bc%5D=1'],
  ['a[b=1', [['a_b', '1']], 'a_b=1'],
  ['a[b][c=1', [['a', [['b', '1']]]], 'a%5Bb%5D=1'],
  ['a[b.c d=1', [['a_b_c_d', '1']], 'a_b_c_d=1'],
  ['a]=1', [['a]', '1']], 'a%5D=1'],
  ['[a]=1', [], ''],
  ['[]=1', [], ''],
  ['a[[b]]=1', [['a', [['[b', '1']]]], 'a%5B%5Bb%5D=1'],
  ['a[b]]=1', [['a', [['b', '1']]]], 'a%5Bb%5D=1'],
  ['a[b]c[d]=1', [['a', [['b', '1']]]], 'a%5Bb%5D=1'],
  ['a[]x=1', [['a', [['0', '1']]]], 'a%5B0%5D=1'],
  ['a[b[c]=1', [['a', [['b[c', '1']]]], 'a%5Bb%5Bc%5D=1'],
  ['a[ ]=1', [['a', [['0', '1']]]], 'a%5B0%5D=1'],
  ['a[ x]=1', [['a', [[' x', '1']]]], 'a%5B+x%5D=1'],
  ['a[%0A]=1', [['a', [['0', '1']]]], 'a%5B0%5D=1'],
  ['a[.]=1', [['a', [['.', '1']]]], 'a%5B.%5D=1'],
  ['a=%', [['a', '%']], 'a=%25'],
  ['a=%4', [['a', '%4']], 'a=%254'],
  ['a=%zz', [['a', '%zz']], 'a=%25zz'],
  ['a=%4g%41%4', [['a', '%4gA%4']], 'a=%254gA%254'],
  ['a=%e9', [['a', 'é']], 'a=%E9'],
  ['a%ff=%C3%A9', [['aÿ', 'Ã©']], 'a%FF=%C3%A9'],
  ['a[%C3%A9]=%F0%9F%98%80', [['a', [['Ã©', 'ð\u009f\u0098\u0080']]]], 'a%5B%C3%A9%5D=%F0%9F%98%80'],
  ['a=é', [['a', 'Ã©']], 'a=%C3%A9'],
  ['a%00b=1', [['a', '1']], 'a=1'],
  ['a[b%00c]=1', [['a_b', '1']], 'a_b=1'],
  ['a=b%00c', [['a', 'b\u0000c']], 'a=b%00c'],
  ['a=%2B+%2b', [['a', '+ +']], 'a=%2B+%2B'],
  ['a=1;b=2', [['a', '1;b=2']], 'a=1%3Bb%3D2'],
  ['a=%26%3D', [['a', '&=']], 'a=%26%3D'],
  [
    '__proto__=1&b=2',
    [
      ['__proto__', '1'],
      ['b', '2'],
    ],
    '__proto__=1&b=2',
  ],
  ['__proto__[x]=1', [['__proto__', [['x', '1']]]], '__proto__%5Bx%5D=1'],
  ['a[__proto__][y]=1', [['a', [['__proto__', [['y', '1']]]]]], 'a%5B__proto__%5D%5By%5D=1'],
  [
    'constructor[prototype][x]=1',
    [['constructor', [['prototype', [['x', '1']]]]]],
    'constructor%5Bprototype%5D%5Bx%5D=1',
  ],
  ['a[b]=1&a[b][c]=2', [['a', [['b', [['c', '2']]]]]], 'a%5Bb%5D%5Bc%5D=2'],
  ['a[b][c]=1&a[b]=2', [['a', [['b', '2']]]], 'a%5Bb%5D=2'],
];
