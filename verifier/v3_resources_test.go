package verifier_test

// v3Transaction is the payment of payment(), as APIv3 tells of it.
func v3Transaction() members {
	return members{
		"appid": "wx2421b1c4370ec43b", "mchid": mchID, "out_trade_no": "SH201808222055598628",
		"transaction_id": "4200000171201808221550954201", "trade_type": "JSAPI", "trade_state": "SUCCESS",
		"trade_state_desc": "支付成功", "bank_type": "CMB_DEBIT", "attach": "test", "success_time": "2018-08-22T20:56:06+08:00",
		"payer":  members{"openid": "onhwF1hiutUySKCsrV21A6MCtT5Q"},
		"amount": members{"total": 1, "payer_total": 1, "currency": "CNY", "payer_currency": "CNY"},
	}
}

// v3RefundResource is a refund of v3Transaction(), which cost more than a fen.
func v3RefundResource() members {
	return members{
		"mchid": mchID, "out_trade_no": "SH201808222055598628", "transaction_id": "4200000171201808221550954201",
		"out_refund_no": "R201808230001", "refund_id": "50300806962018082319009530416", "refund_status": "SUCCESS",
		"success_time": "2018-08-23T09:12:30+08:00", "user_received_account": "招商银行信用卡0403",
		"amount": members{"total": 100, "refund": 60, "payer_total": 90, "payer_refund": 54},
	}
}

// v3CombinedResource is a combined payment of two orders, of two merchants.
func v3CombinedResource() members {
	order := func(mchID, number string, total int) members {
		return members{
			"mchid": mchID, "out_trade_no": "SUB" + number, "transaction_id": "420000017120180822155095" + number,
			"trade_type": "JSAPI", "trade_state": "SUCCESS", "bank_type": "CMB_DEBIT", "attach": "order " + number,
			"success_time": "2018-08-22T20:56:06+08:00",
			"amount":       members{"total_amount": total, "currency": "CNY", "payer_amount": total - 1, "payer_currency": "CNY"},
		}
	}
	return members{
		"combine_appid": "wx2421b1c4370ec43b", "combine_mchid": mchID, "combine_out_trade_no": "C201808222055598628",
		"combine_payer_info": members{"openid": "onhwF1hiutUySKCsrV21A6MCtT5Q"},
		"scene_info":         members{"device_id": "POS-7"},
		"sub_orders":         []members{order(mchID, "0001", 30), order("1900000120", "0002", 70)},
	}
}

// v3PartnerTransaction is a payment to a sub-merchant of a service provider.
func v3PartnerTransaction() members {
	return v3Transaction().with("appid", absent).with("mchid", absent).with("sp_appid", "wx2421b1c4370ec43b").with("sp_mchid", mchID).
		with("sub_appid", "wxd930ea5d5a258f4f").with("sub_mchid", "1900000120").
		with("payer", members{"sp_openid": "onhwF1hiutUySKCsrV21A6MCtT5Q", "sub_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"})
}

// v3FailedTransaction is one that did not come about.
func v3FailedTransaction() members {
	return v3Transaction().with("transaction_id", absent).with("success_time", absent).with("bank_type", absent).
		with("trade_state", "PAYERROR").with("trade_state_desc", "NOTENOUGH: 余额不足").with("amount.payer_total", absent).with("amount.payer_currency", absent)
}

// v3ProfitSharing tells a receiver of a share, which another merchant paid.
func v3ProfitSharing() members {
	return members{
		"sp_mchid": "1900000301", "sub_mchid": "1900000302", "transaction_id": "4200000171201808221550954201",
		"order_id": "3008450740201411110007820472", "out_order_no": "P20150806125346",
		"receiver":     members{"type": "MERCHANT_ID", "account": mchID, "amount": 888, "description": "运费"},
		"success_time": "2018-08-22T20:56:06+08:00",
	}
}

// v3PartnerRefund is a refund of a sub-merchant's order.
func v3PartnerRefund() members {
	return v3RefundResource().with("mchid", absent).with("sp_mchid", mchID).with("sub_mchid", "1900000120")
}

const contractID = "Wx15463511252015071056489715"

// v3Deduction is one that a contract allowed.
func v3Deduction() members {
	return v3Transaction().with("trade_type", "PAP").with("contract_id", contractID)
}

func v3FailedDeduction() members {
	return v3FailedTransaction().with("trade_type", "PAP").with("contract_id", contractID).with("transaction_id", "4200000171201808221550954201")
}

// withOrder returns a combined payment in which one member of one order is value.
func withOrder(combined members, index int, path string, value any) members {
	orders := append([]members{}, combined["sub_orders"].([]members)...)
	orders[index] = orders[index].with(path, value)
	return combined.with("sub_orders", orders)
}

// v3FailedCombined is a combined payment that did not come about.
func v3FailedCombined() members {
	m := v3CombinedResource()
	for index := range 2 {
		m = withOrder(m, index, "trade_state", "PAYERROR")
		for _, path := range []string{"transaction_id", "success_time", "bank_type", "amount.payer_amount", "amount.payer_currency"} {
			m = withOrder(m, index, path, absent)
		}
	}
	return m
}
