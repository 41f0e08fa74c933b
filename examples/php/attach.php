<?php
/*
 * The attach of an order for `amount_guard attach`: your text, a dot, and a MAC over the order's number and amount.
 * WeChat Pay sends attach back with the payment, so that the edge can see by it that the amount is the order's.
 * To be copied as it is; PHP 5.6 or later, no extension. To check a copy:
 *
 *   seal_attach('shop-secret', '会员', '1900000109', 'ORDER-1001', 100) === '会员.WIvaFl4LYOPoe65ngjJnRy'
 */
function seal_attach($secret, $text, $mch_id, $out_trade_no, $total_fee, $fee_type = 'CNY')
{
    if (trim($secret) === '') {
        throw new InvalidArgumentException('no secret'); // a MAC without one could be made by anybody
    }
    if (!is_int($total_fee)) {
        throw new InvalidArgumentException('total_fee is not an integer, in fen');
    }
    $mac = hash_hmac('sha256', implode('|', array($mch_id, $out_trade_no, $total_fee, $fee_type)), $secret, true);
    $attach = $text . '.' . substr(strtr(base64_encode($mac), '+/', '-_'), 0, 22);
    if (!preg_match('/^.{1,127}$/Dsu', $attach)) { // WeChat Pay's limit; the text has 104 of it
        throw new InvalidArgumentException('attach is longer than 127 characters, or not UTF-8');
    }
    return $attach;
}
