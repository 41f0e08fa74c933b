<?php
// Places an order, as far as attach goes, and prints it:
//
//   WECHATPAY_ATTACH_SECRET=... php place.php 1900000109 ORDER-1001 100 CNY '会员'
//
// A shop saves its order and sends the same values to WeChat Pay's unifiedorder.

require __DIR__ . '/attach.php';

list(, $mch_id, $out_trade_no, $total_fee, $fee_type, $text) = $argv;
$total_fee = filter_var($total_fee, FILTER_VALIDATE_INT); // false for "1.00", and refused below
echo seal_attach(getenv('WECHATPAY_ATTACH_SECRET'), $text, $mch_id, $out_trade_no, $total_fee, $fee_type), "\n";
