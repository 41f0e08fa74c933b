package bench

import (
	"encoding/xml"

	"github.com/ArtisanCloud/PowerLibs/v3/object"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/kernel/power"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/kernel/support"
	"github.com/go-pay/gopay"
	gopaywechat "github.com/go-pay/gopay/wechat"
	"github.com/objcoding/wxpay"
	"github.com/silenceper/wechat/v2/pay/config"
	"github.com/silenceper/wechat/v2/pay/notify"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

// Peers returns the compared libraries, each by its fastest public route from the raw body to a verified value.
// What a shop can do once at start, or with the body in the form the library wants, is not timed.
func Peers() []Candidate {
	return []Candidate{
		{
			Name:    "go-pay/gopay v1.5.115",
			Route:   "xml.Unmarshal into BodyMap, VerifySign",
			Peer:    true,
			Prepare: gopayMap,
		},
		{
			Name:    "objcoding/wxpay v1.0.6",
			Route:   "XmlToMap, Client.ValidSign",
			Peer:    true,
			Prepare: wxpayMap,
		},
		{
			Name:    "silenceper/wechat v2.1.9",
			Route:   "xml.Unmarshal into PaidResult, PaidVerifySign",
			Peer:    true,
			Prepare: silenceperStruct,
		},
		{
			Name:    "ArtisanCloud/PowerWeChat v3.2.38",
			Route:   "no notification route for v2; its Xml2HashMap and GenerateSignMD5 put together",
			Peer:    true,
			Prepare: powerWeChatParts,
		},
	}
}

// gopayMap leaves out ParseNotifyToBodyMap, which only reads the http.Request before the same xml.Unmarshal. The
// struct that ParseNotify fills is slower: VerifySign takes it through JSON.
func gopayMap(body []byte) func() error {
	return func() error {
		fields := make(gopay.BodyMap)
		if err := xml.Unmarshal(body, &fields); err != nil {
			return err
		}
		ok, err := gopaywechat.VerifySign(sample.Key, gopaywechat.SignType_MD5, fields)
		if err != nil {
			return err
		}
		if !ok {
			return errRefused
		}
		return nil
	}
}

func wxpayMap(body []byte) func() error {
	client := wxpay.NewClient(wxpay.NewAccount("", sample.MchID, sample.Key, false))
	text := string(body) // XmlToMap takes a string
	return func() error {
		if !client.ValidSign(wxpay.XmlToMap(text)) {
			return errRefused
		}
		return nil
	}
}

func silenceperStruct(body []byte) func() error {
	n := notify.NewNotify(&config.Config{MchID: sample.MchID, Key: sample.Key})
	return func() error {
		var paid notify.PaidResult
		if err := xml.Unmarshal(body, &paid); err != nil {
			return err
		}
		if !n.PaidVerifySign(paid) {
			return errRefused
		}
		return nil
	}
}

// powerWeChatParts avoids Xml2Map, which prints every value to standard output.
func powerWeChatParts(body []byte) func() error {
	return func() error {
		parsed, err := object.Xml2HashMap(body)
		if err != nil {
			return err
		}
		fields := make(power.StringMap, len(parsed))
		for name, value := range parsed {
			text, _ := value.(string)
			fields[name] = text
		}
		signature := fields["sign"]
		delete(fields, "sign")
		if signature == "" || support.GenerateSignMD5(&fields, sample.Key) != signature {
			return errRefused
		}
		return nil
	}
}
