<?php
/*
 * Checks the Webhook-Signature that the edge puts on what it forwards (`webhook_secret`), so that nothing that came by
 * another way is taken for a notification. To be copied as it is; PHP 5.6 or later, no extension. The scheme, and this
 * vector, are those of Standard Webhooks. To check a copy:
 *
 *   verify_webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330',
 *       'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', '{"test": 2432232314}', 1614265330) === true
 *
 * The body is that of php://input, byte for byte, before anything has decoded it:
 *
 *   $header = function ($name) { return isset($_SERVER[$name]) ? $_SERVER[$name] : ''; };
 *   if (!verify_webhook((string) getenv('WEBHOOK_SECRET'), $header('HTTP_WEBHOOK_ID'), $header('HTTP_WEBHOOK_TIMESTAMP'),
 *           $header('HTTP_WEBHOOK_SIGNATURE'), file_get_contents('php://input'))) {
 *       http_response_code(401);
 *       exit;
 *   }
 */
function verify_webhook($secret, $id, $timestamp, $signatures, $body, $now = null)
{
    $key = strncmp($secret, 'whsec_', 6) === 0 ? base64_decode(substr($secret, 6), true) : false;
    if ($key === false || strlen($key) < 16) {
        throw new InvalidArgumentException('no webhook secret'); // anybody could sign with an empty one
    }
    $now = $now === null ? time() : $now;
    if (!preg_match('/^[0-9]{1,12}$/D', $timestamp) || abs($now - (int) $timestamp) > 300) {
        return false; // an old request, sent again, or a clock that is wrong
    }
    $want = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $genuine = false;
    foreach (explode(' ', $signatures) as $signature) { // one for each secret of the edge
        $genuine = hash_equals($want, $signature) || $genuine;
    }
    return $genuine;
}
