package wechatpaytest

import (
	"encoding/json"
	"time"
)

// Deduction returns the fields of a successful papay deduction of 1 fen, paid now.
func Deduction(mchID string) Fields {
	f := Payment(mchID).Without("is_subscribe", "attach")
	f["trade_type"], f["trade_state"], f["contract_id"] = "PAP", "SUCCESS", digits(18)
	return f
}

// Contract returns the fields of a papay contract that was just signed.
func Contract(mchID string) Fields {
	return Fields{
		"change_type":           "ADD",
		"contract_code":         digits(12),
		"contract_expired_time": time.Now().AddDate(10, 0, 0).In(beijing).Format(time.DateTime),
		"contract_id":           "2026" + digits(14),
		"mch_id":                mchID,
		"openid":                openID,
		"operate_time":          time.Now().In(beijing).Format(time.DateTime),
		"plan_id":               digits(6),
		"request_serial":        digits(9),
		"result_code":           "SUCCESS",
		"return_code":           "SUCCESS",
	}
}

// Combined returns the fields of a combined payment of two orders, 1 fen each.
func Combined(mchID string) Fields {
	paid := time.Now().In(beijing).Format("20060102150405")
	orders := make([]map[string]any, 2)
	for i := range orders {
		orders[i] = map[string]any{
			"appid": appID, "mch_id": mchID, "openid": openID, "total_fee": 1, "cash_fee": 1,
			"transaction_id": "4200" + digits(6) + paid[:8] + digits(10),
			"out_trade_no":   "S" + paid + digits(6), "attach": "test", "time_end": paid,
		}
	}
	return Fields{
		"bank_type":            "CMB_DEBIT",
		"combine_appid":        appID,
		"combine_mch_id":       mchID,
		"combine_openid":       openID,
		"combine_out_trade_no": "C" + paid + digits(6),
		"nonce_str":            nonce(),
		"result_code":          "SUCCESS",
		"return_code":          "SUCCESS",
		"sub_order_list":       toJSON(map[string]any{"order_num": len(orders), "order_list": orders}),
		"trade_type":           "JSAPI",
	}
}

// Native returns the fields of a scan in native mode 1.
func Native(mchID string) Fields {
	return Fields{
		"appid": appID, "is_subscribe": "Y", "mch_id": mchID, "nonce_str": nonce(), "openid": openID,
		"product_id": "P" + digits(8),
	}
}

// Plate returns the fields of a licence plate that became usable for parking payments.
func Plate(mchID string) Fields {
	return Fields{
		"appid":                    appID,
		"deduct_mode":              "PROACTIVE",
		"mch_id":                   mchID,
		"nonce_str":                nonce(),
		"plate_number":             "粤B" + digits(5),
		"sign_type":                "HMAC-SHA256",
		"sub_mch_id":               "1900000" + digits(3),
		"vehicle_event_createtime": time.Now().In(beijing).Format("20060102150405"),
		"vehicle_event_type":       "NORMAL",
	}
}

// Risk returns the fields of a bank's notice of risky transactions.
func Risk(mchID string) Fields {
	transactions := map[string]any{"data": map[string]any{"transaction_id": []string{"4200" + digits(24)}}}
	return Fields{
		"event_code":          "E" + digits(6),
		"mch_id":              mchID,
		"nonce_str":           nonce(),
		"return_code":         "SUCCESS",
		"return_msg":          "OK",
		"risk_level":          "HIGH",
		"risk_level_desc":     "高风险",
		"sign_type":           "HMAC-SHA256",
		"sub_mch_id":          "1900000" + digits(3),
		"transaction_id_list": toJSON(transactions),
	}
}

// PayScoreOrder returns the elements of a finished rental as they are before encryption.
func PayScoreOrder() Fields {
	return Fields{
		"out_order_no": "O" + digits(12), "order_id": "1000" + digits(24), "state": "DONE", "total_amount": "1",
		"finish_transaction_id": "4200" + digits(24),
	}
}

// PayScore encrypts f with the APIv3 key and returns the elements around it, still to be
// signed with HMAC-SHA256.
func (f Fields) PayScore(mchID, apiV3Key string) Fields {
	const associatedData = "payscore"
	iv := nonce()[:12]
	return Fields{
		"algorithm":             "HMAC-SHA256",
		"appid":                 appID,
		"event_algorithm":       "AEAD_AES_256_GCM",
		"event_associated_data": associatedData,
		"event_ciphertext":      EncryptGCM(f.XML(), apiV3Key, iv, associatedData),
		"event_create_time":     time.Now().In(beijing).Format("20060102150405"),
		"event_id":              "EV-" + digits(20),
		"event_nonce":           iv,
		"event_type":            "TRANSACTION.SUCCESS",
		"mch_id":                mchID,
		"nonce_str":             nonce(),
	}
}

func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the values are ours
	}
	return string(text)
}
