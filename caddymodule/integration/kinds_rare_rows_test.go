package integration

import (
	"encoding/json"
	"strconv"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func plateRow() kindRow {
	f := wechatpaytest.Plate(mchID)
	return kindRow{
		name: "plate", note: note{body: hmacSigned(f)}, kind: "plate", eventType: "VEHICLE.USER_STATE_CHANGE", resourceType: "vehicle",
		authenticity: "HMAC-SHA256", number: f["plate_number"], state: "NORMAL%3A" + f["vehicle_event_createtime"], fields: f, resource: asMembers(f),
	}
}

func riskRow() kindRow {
	f := wechatpaytest.Risk(mchID)
	resource := asMembers(f)
	resource["transaction_id_list"] = json.RawMessage(f["transaction_id_list"])
	return kindRow{
		name: "risk", note: note{body: hmacSigned(f)}, kind: "risk", eventType: "RISK.NOTICE", resourceType: "risk", authenticity: "HMAC-SHA256",
		number: f["event_code"], state: f["nonce_str"], fields: f, resource: resource,
	}
}

func payScoreRow() kindRow {
	inner := wechatpaytest.PayScoreOrder()
	f := inner.PayScore(mchID, apiV3Key)
	resource := asMembers(inner)
	resource["total_amount"] = 1
	return kindRow{
		name: "payscore", note: note{body: hmacSigned(f)}, kind: "payscore", eventType: "TRANSACTION.SUCCESS", resourceType: "payscore",
		authenticity: "HMAC-SHA256", number: f["event_id"], state: "TRANSACTION.SUCCESS", outTradeNo: inner["out_order_no"], fields: f, resource: resource,
	}
}

// nativeRow is a scan in native mode 1, for which WeChat Pay wants data.
func nativeRow() kindRow {
	f := wechatpaytest.Native(mchID)
	return kindRow{
		name: "native", note: note{body: sign(f)}, kind: "native", eventType: "NATIVE.SCAN", resourceType: "native_scan", authenticity: "MD5",
		number: f["product_id"], state: f["nonce_str"], fields: f, resource: asMembers(f), answer: `{"prepay_id":"wx` + strconv.Itoa(1<<30) + `"}`,
	}
}
