<?php
// PHP's own password_hash, crypt() and hash(), which are implementations of their own: one JSON object a line.

function line(string $format, string $password, string $text, string $maker = 'PHP', ?string $note = null): void
{
    echo json_encode(array_filter(compact('format', 'maker', 'password', 'text', 'note'), fn ($v) => $v !== null), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
}

function letters(string $bytes): string
{
    $alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    $bits = '';
    foreach (str_split($bytes) as $byte) {
        $bits .= strrev(sprintf('%08b', ord($byte)));
    }
    $text = '';
    foreach (str_split($bits, 6) as $six) {
        $text .= $alphabet[bindec(strrev($six))];
    }
    return $text;
}

function salt(int $length): string
{
    return substr(letters(random_bytes(16)), 0, $length);
}

foreach (json_decode(file_get_contents(__DIR__ . '/passwords.json')) as $p) {
    line('bcrypt', $p, password_hash($p, PASSWORD_BCRYPT, ['cost' => 5]), 'PHP password_hash');
    line('bcrypt', $p, crypt($p, '$2a$04$' . salt(21) . '.'), 'PHP crypt');
    line('bcrypt', $p, crypt($p, '$2x$04$' . salt(21) . '.'), 'PHP crypt', 'with the sign bug');
    line('md5-crypt', $p, crypt($p, '$1$' . salt(8)), 'PHP crypt');
    line('md5-crypt', $p, crypt($p, '$1$' . salt(3)), 'PHP crypt', 'a short salt');
    line('sha256-crypt', $p, crypt($p, '$5$rounds=1000$' . salt(16)), 'PHP crypt');
    line('sha512-crypt', $p, crypt($p, '$6$rounds=1234$' . salt(5)), 'PHP crypt', 'a short salt');
    line('des-crypt', $p, crypt($p, salt(2)), 'PHP crypt', 'sees eight bytes');
    line('ldap {CRYPT}', $p, '{crypt}' . crypt($p, '$1$' . salt(8)), 'PHP crypt');
    line('ldap {CRYPT}', $p, '{CRYPT}' . crypt($p, salt(2)), 'PHP crypt', 'DES: sees eight bytes');
    line('ldap {CRYPT}', $p, '{BLF-CRYPT}' . password_hash($p, PASSWORD_BCRYPT, ['cost' => 4]), 'PHP crypt');

    $utf16 = iconv('UTF-8', 'UTF-16LE', $p);
    foreach (['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as $alg) {
        $s = salt(8);
        $s16 = iconv('UTF-8', 'UTF-16LE', $s);
        $bytes = random_bytes(7) . "\0";
        $hex = '$HEX[' . bin2hex($bytes) . ']';
        line($alg, $p, hash($alg, $p), 'PHP hash');
        line($alg, $p, strtoupper(hash($alg, $p)), 'PHP hash', 'in capitals');
        line($alg, $p, base64_encode(hash($alg, $p, true)), 'PHP hash');
        line("$alg(salt+pass)", $p, hash($alg, $s . $p) . ":$s", 'PHP hash');
        line("$alg(salt+pass)", $p, hash($alg, $bytes . $p) . ":$hex", 'PHP hash', 'a salt that is no text');
        line("$alg(pass+salt)", $p, hash($alg, "$p:$s") . "::$s", 'PHP hash', 'a colon in the salt');
        line("$alg(utf16(pass))", $p, base64_encode(hash($alg, $utf16, true)), 'PHP hash');
        line("$alg(salt+utf16(pass))", $p, hash($alg, $bytes . $utf16) . ":$hex", 'PHP hash');
        line("$alg(utf16(pass)+salt)", $p, hash($alg, $utf16 . $s) . ":$s", 'PHP hash');
        line("$alg(utf16(salt+pass))", $p, hash($alg, $s16 . $utf16) . ":$s", 'PHP hash');
        line("$alg(utf16(pass+salt))", $p, hash($alg, $utf16 . $s16) . ":$s", 'PHP hash');
        line("hmac-$alg(salt,pass)", $p, base64_encode(hash_hmac($alg, $p, $bytes, true)) . ":$hex", 'PHP hash_hmac');
    }
    $latin = iconv('UTF-8', 'WINDOWS-1252', $p);
    line('windows-1252 letters', $p, '$in$windows-1252$$as$md5$' . md5($latin), 'PHP md5');
    line('windows-1252 letters', $p, '$in$windows-1252$' . password_hash($latin, PASSWORD_BCRYPT, ['cost' => 5]), 'PHP password_hash');
    line('windows-1252 letters', $p, '$in$windows-1252$$as$sha1(salt+pass)$' . sha1("abc$latin") . ':abc', 'PHP sha1');
    $s = salt(5);
    line('md5(md5(pass))', $p, md5(md5($p)), 'PHP md5');
    line('md5(md5(pass)+salt)', $p, md5(md5($p) . $s) . ":$s", 'PHP md5', 'vBulletin');
    line('md5(salt+md5(pass))', $p, md5($s . md5($p)) . ":$s", 'PHP md5');
    line('md5(md5(salt)+md5(pass))', $p, md5(md5($s) . md5($p)) . ":$s", 'PHP md5', 'MyBB');
}
