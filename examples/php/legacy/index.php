<?php
/*
 * The same handler as older shops have it: one front controller, procedural, reached through php-fpm.
 * In the syntax of PHP 5.6, which such shops still run. It answers "success" or "fail: <reason>", as they always did.
 */

// With display_errors on, PHP prints warnings into the reply and sends a crash as "200 OK".
// Both belong in the log; a crash then answers 500, and WeChat Pay delivers again.
ini_set('display_errors', '0');
ini_set('log_errors', '1');

// The raw path, compared exactly: the edge checks /notify, so no other spelling of it may end up in notify(),
// neither /index.php/notify nor //x/notify, which parse_url() would read as /notify.
// A query, if there is one, is nobody's business here: cut it off.
$parts = explode('?', $_SERVER['REQUEST_URI'], 2);
switch ($parts[0]) {
    case '/notify':
        notify();
        break;
    case '/':
        header('Content-Type: text/plain');
        echo "The shop.\n";
        break;
    default:
        http_response_code(404);
}

function notify()
{
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        http_response_code(405);
        header('Allow: POST');
        return;
    }
    $event = json_decode(file_get_contents('php://input'), true); // $_POST is empty: the body is JSON
    if (!is_array($event)) {
        http_response_code(400);
        return;
    }
    header('Content-Type: text/plain');
    $no = settle($event);
    echo $no === '' ? 'success' : 'fail: ' . $no;
}

/* Books the payment and ships the order. Returns '' for yes, or the reason for a no. */
function settle($event)
{
    if (!isset($event['resource_type']) || $event['resource_type'] !== 'transaction') {
        return 'event is not handled'; // a yes would lose it for ever
    }
    $payment = $event['resource'];

    // Deliveries repeat and overlap. From the look at the order to its last change nobody else may come between.
    // With MySQL: BEGIN, SELECT ... FOR UPDATE, COMMIT (InnoDB, not MyISAM).
    $lock = fopen(data_file('orders.lock'), 'c');
    if (!$lock || !flock($lock, LOCK_EX)) { // released when this function is left, however that happens
        crash('cannot lock the orders');
    }

    $orders = load_orders();
    $number = $payment['out_trade_no'];
    if (!isset($orders[$number])) {
        return 'unknown order';
    }
    $order = $orders[$number];
    if ($event['event_type'] === 'TRANSACTION.FAIL') {
        return ''; // a failed attempt: taken note of, the order stays open for another try
    }
    if ($event['event_type'] !== 'TRANSACTION.SUCCESS' || $payment['trade_state'] !== 'SUCCESS') {
        return 'payment is not successful'; // nothing but SUCCESS makes an order paid
    }
    // What the order costs, not what the buyer paid: payer_total is smaller when a coupon paid the rest.
    // === and never ==, which finds 100 and "1e2" equal.
    if ($payment['amount']['total'] !== $order['total'] || $payment['amount']['currency'] !== $order['currency']) {
        return 'amount differs';
    }
    if ($order['state'] === 'closed') {
        return 'order is closed';
    }
    if ($order['state'] === 'paid' && $order['paid_by'] !== $event['id']) {
        return 'order was paid by another transaction';
    }
    if ($order['state'] === 'open') {
        $orders[$number]['state'] = 'paid';
        $orders[$number]['paid_by'] = $event['id'];
        save_orders($orders);
    }
    ship($number, $payment['transaction_id']);
    return '';
}

/* Ships an order, once: a repeat does nothing, and one that a crash cut short is made up for. */
function ship($number, $transaction)
{
    $log = data_file('shipments.log');
    $lines = file_exists($log) ? file($log) : array();
    if ($lines === false) {
        crash('cannot read ' . $log);
    }
    foreach ($lines as $line) {
        if (strpos($line, $number . ' ') === 0) {
            return;
        }
    }
    write_through($log, 'a', $number . ' ' . $transaction . "\n");
}

function load_orders()
{
    if (!file_exists(data_file('orders.json'))) {
        return array( // the sample orders, total in fen
            'ORDER-1001' => array('total' => 100, 'currency' => 'CNY', 'state' => 'open'),
            'ORDER-1002' => array('total' => 2500, 'currency' => 'CNY', 'state' => 'open'),
            'ORDER-1003' => array('total' => 1, 'currency' => 'CNY', 'state' => 'open'),
            'ORDER-1009' => array('total' => 100, 'currency' => 'CNY', 'state' => 'closed'),
        );
    }
    $orders = json_decode(file_get_contents(data_file('orders.json')), true);
    if (!is_array($orders)) {
        crash('cannot read the orders'); // and not "unknown order": we do not know
    }
    return $orders;
}

function save_orders($orders)
{
    // Written aside and renamed, so that a crash leaves the old file or the new one, never half of one.
    write_through(data_file('orders.new'), 'w', json_encode($orders, JSON_PRETTY_PRINT | JSON_FORCE_OBJECT));
    if (!rename(data_file('orders.new'), data_file('orders.json'))) {
        crash('cannot save the orders');
    }
}

/* Writes and waits for the disk: after our yes, WeChat Pay does not ask again. */
function write_through($path, $mode, $text)
{
    $file = fopen($path, $mode);
    if (!$file || fwrite($file, $text) !== strlen($text) || !fflush($file)) {
        crash('cannot write ' . $path);
    }
    if (function_exists('fsync')) { // from PHP 8.1 on
        fsync($file);
    }
    fclose($file);
}

function data_file($name)
{
    $dir = getenv('SHOP_DATA');
    if (!$dir) {
        crash('SHOP_DATA is not set: the folder for the orders');
    }
    return $dir . '/' . $name;
}

/* The reason goes to the log and not to the caller, who only learns that it must come again. */
function crash($why)
{
    error_log($why);
    http_response_code(500);
    exit;
}
