<?php
// WordPress' own wp_hash_password(): one JSON object a line. Takes the folder of a WordPress from 6.8 on.
define('ABSPATH', $argv[1]);
define('WPINC', 'wp-includes');
require ABSPATH . 'wp-includes/version.php';
require ABSPATH . 'wp-includes/plugin.php';
require ABSPATH . 'wp-includes/pluggable.php';
$first = true;
foreach (json_decode(file_get_contents(__DIR__ . '/passwords.json')) as $password) {
    $text = wp_hash_password($password);
    echo json_encode(['format' => 'wordpress', 'maker' => "WordPress $wp_version", 'password' => $password, 'text' => $text], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
    if ($first) {
        // Its own cost once is enough.
        add_filter('wp_hash_password_options', fn () => ['cost' => 5]);
        $first = false;
    }
}
