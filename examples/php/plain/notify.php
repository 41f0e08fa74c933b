<?php
// A shop's notification handler in plain PHP 8: no framework, no extension beyond a stock php-cli.
//
//   SHOP_DATA=/var/lib/shop php -S 127.0.0.1:8001 notify.php
//
// The edge has verified the notification; what only the shop can know is checked here:
// is there such an order, is this its price, and has it been shipped already?

declare(strict_types=1);

// With display_errors on, PHP prints warnings into the reply and sends a crash as "200 OK".
// Both belong in the log; a crash then answers 500, and WeChat Pay delivers again.
ini_set('display_errors', '0');
ini_set('log_errors', '1');

// A warning (disk full, file unreadable) must not pass unnoticed halfway through: stop there with a 500.
set_error_handler(function (int $level, string $text, string $file, int $line): never {
    throw new ErrorException($text, 0, $level, $file, $line);
}, E_WARNING | E_NOTICE);

const SAMPLE_ORDERS = [ // total in fen
    'ORDER-1001' => ['total' => 100,  'currency' => 'CNY', 'state' => 'open'],
    'ORDER-1002' => ['total' => 2500, 'currency' => 'CNY', 'state' => 'open'],
    'ORDER-1003' => ['total' => 1,    'currency' => 'CNY', 'state' => 'open'],
    'ORDER-1009' => ['total' => 100,  'currency' => 'CNY', 'state' => 'closed'],
];

// The raw path, compared exactly: the edge checks /notify, so no other spelling of it may end up here.
$path = explode('?', $_SERVER['REQUEST_URI'], 2)[0];
$lookup = str_starts_with($path, '/orders/');
if (!$lookup && $path !== '/notify') {
    http_response_code(404);
    exit;
}
$method = $lookup ? 'GET' : 'POST';
if ($_SERVER['REQUEST_METHOD'] !== $method) {
    http_response_code(405);
    header("Allow: $method");
    exit;
}
if ($lookup) {
    answer_lookup(rawurldecode(substr($path, strlen('/orders/'))));
    exit;
}
$event = json_decode(file_get_contents('php://input'), true);
if (!is_array($event)) {
    http_response_code(400);
    exit;
}
$no = settle($event);
header('Content-Type: application/json');
echo json_encode($no === null ? ['code' => 'SUCCESS'] : ['code' => 'FAIL', 'message' => $no]);

/** Says what an order costs. For the edge alone (amount_guard lookup): no route from outside leads here. */
function answer_lookup(string $number): void
{
    $order = load_orders()[$number] ?? null;
    if ($order === null) {
        http_response_code(404); // WeChat Pay comes again
        return;
    }
    header('Content-Type: application/json');
    echo json_encode(['total' => $order['total'], 'currency' => $order['currency']]);
}

/** Books the payment and ships the order. Returns null for yes, or the reason for a no. */
function settle(array $event): ?string
{
    if (($event['resource_type'] ?? '') !== 'transaction') {
        return 'event is not handled'; // a yes would lose it for ever
    }
    $payment = $event['resource'];

    // Deliveries repeat and overlap. From the look at the order to its last change nobody else may come between.
    // With a database: one transaction that begins with SELECT ... FOR UPDATE.
    $lock = fopen(data_file('orders.lock'), 'c');
    flock($lock, LOCK_EX); // released when this function is left, however that happens

    $orders = load_orders();
    $number = $payment['out_trade_no'];
    if (!isset($orders[$number])) {
        return 'unknown order';
    }
    $order = $orders[$number];
    if ($event['event_type'] === 'TRANSACTION.FAIL') {
        return null; // a failed attempt: taken note of, the order stays open for another try
    }
    if ($event['event_type'] !== 'TRANSACTION.SUCCESS' || $payment['trade_state'] !== 'SUCCESS') {
        return 'payment is not successful'; // nothing but SUCCESS makes an order paid
    }
    // What the order costs, not what the buyer paid: payer_total is smaller when a coupon paid the rest.
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
        $orders[$number] = ['state' => 'paid', 'paid_by' => $event['id']] + $order;
        save_orders($orders);
    }
    ship($number, $payment['transaction_id']);
    return null;
}

/** Ships an order, once: a repeat does nothing, and one that a crash cut short is made up for. */
function ship(string $number, string $transaction): void
{
    $log = data_file('shipments.log');
    foreach (file_exists($log) ? file($log) : [] as $line) {
        if (str_starts_with($line, "$number ")) {
            return;
        }
    }
    write_through($log, 'a', "$number $transaction\n");
}

function load_orders(): array
{
    if (!file_exists(data_file('orders.json'))) {
        return SAMPLE_ORDERS;
    }
    return json_decode(file_get_contents(data_file('orders.json')), true, flags: JSON_THROW_ON_ERROR);
}

function save_orders(array $orders): void
{
    // Written aside and renamed, so that a crash leaves the old file or the new one, never half of one.
    $json = json_encode($orders, JSON_PRETTY_PRINT | JSON_FORCE_OBJECT | JSON_THROW_ON_ERROR);
    write_through(data_file('orders.new'), 'w', $json);
    rename(data_file('orders.new'), data_file('orders.json'));
}

/** Writes and waits for the disk: after our yes, WeChat Pay does not ask again. */
function write_through(string $path, string $mode, string $text): void
{
    $file = fopen($path, $mode);
    if (fwrite($file, $text) !== strlen($text) || !fsync($file)) {
        throw new RuntimeException("cannot write $path");
    }
    fclose($file);
}

function data_file(string $name): string
{
    $dir = getenv('SHOP_DATA') ?: throw new RuntimeException('SHOP_DATA is not set: the folder for the orders');
    return "$dir/$name";
}
