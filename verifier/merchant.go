package verifier

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merchant is whose notifications are accepted, and with which keys.
type Merchant struct {
	// MchID is the merchant number that notifications carry in mch_id.
	MchID string
	// Keys are the APIv2 keys (API密钥), the current one first, then previous
	// ones that may still sign notifications after a change.
	Keys []string
	// SignType, when set, refuses signatures of the other type.
	SignType SignType
	// AppIDs and SubMchIDs, when set, are the only values accepted in appid and
	// sub_mch_id.
	AppIDs    []string
	SubMchIDs []string
}

// keyLength is what WeChat Pay's merchant platform demands of an APIv2 key.
const keyLength = 32

// publicKeys can be read in the documentation and in published demos; whoever can
// read can sign with them.
var publicKeys = []string{
	"192006250b4c09247ec02edce69f6a2d", // the example of the page "签名算法"
	"8934e7d15453e97507ef794cf7b0519d", // Tencent's demo merchant 1900009851
	"e10adc3949ba59abbe56e057f20f883e", // Tencent's older demo; MD5 of 123456
}

// CheckMchID says what is wrong with a merchant number, without repeating it: a
// key may have got into its place.
func CheckMchID(mchID string) error {
	if !isID(mchID) || len(mchID) == keyLength {
		return errors.New("mch_id is not a merchant number (商户号); those have 8 to 10 digits")
	}
	return nil
}

// CheckKey says what is wrong with an APIv2 key, without repeating it.
func CheckKey(key string) error {
	if err := checkKeyForm(key); err != nil {
		return err
	}
	if slices.Contains(publicKeys, strings.ToLower(key)) {
		return errors.New("is a sample key that is public knowledge, so anybody could sign with it; set a key of your own in the merchant platform (账户中心 > API安全)")
	}
	return nil
}

func checkKeyForm(key string) error {
	const remedy = "; copy it anew from the merchant platform (账户中心 > API安全)"
	switch {
	case strings.TrimSpace(key) == "":
		return errors.New("is empty" + remedy)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("holds a blank, a line break or another character that no key has" + remedy)
	case len(key) != keyLength:
		return fmt.Errorf("has %d characters, but an APIv2 key has %d%s", len(key), keyLength, remedy)
	}
	return nil
}

// check refuses what can only be a mistake.
func (m *Merchant) check(allowPublicKeys bool) error {
	if err := CheckMchID(m.MchID); err != nil {
		return fmt.Errorf("merchant: %w", err)
	}
	if len(m.Keys) == 0 {
		return fmt.Errorf("merchant %s: has no key to verify with", m.MchID)
	}
	checkKey := CheckKey
	if allowPublicKeys {
		checkKey = checkKeyForm
	}
	for i, key := range m.Keys {
		if err := checkKey(key); err != nil {
			return fmt.Errorf("merchant %s: key %d %w", m.MchID, i+1, err)
		}
	}
	if m.SignType != AnySignType && m.SignType != MD5 && m.SignType != HMACSHA256 {
		return fmt.Errorf("merchant %s: sign_type %q is neither %s nor %s", m.MchID, m.SignType, MD5, HMACSHA256)
	}
	for _, id := range slices.Concat(m.AppIDs, m.SubMchIDs) {
		if !isID(id) {
			return fmt.Errorf("merchant %s: %q is not an appid or sub_mch_id", m.MchID, id)
		}
	}
	return nil
}

// authenticate finds out how fields are signed and holds the signature against
// this merchant's keys, and no others.
func (m *Merchant) authenticate(fields Fields, scratch *[]byte) (SignType, error) {
	sign := fields.Get("sign")
	signType, known := signTypeOf(sign)
	if !known {
		return "", &Error{Reason: BadSignature, Detail: fmt.Sprintf("sign has %d characters, neither 32 nor 64", len(sign))}
	}
	if declared := fields.Get("sign_type"); declared != "" && declared != string(signType) {
		return "", &Error{Reason: WrongSignType, Detail: "sign_type and the length of sign disagree"}
	}
	if m.SignType != AnySignType && m.SignType != signType {
		return "", &Error{Reason: WrongSignType, Detail: "the merchant allows " + string(m.SignType) + " only"}
	}
	*scratch = appendStringToSign((*scratch)[:0], fields)
	for _, key := range m.Keys {
		if signatureMatches(scratch, key, sign, signType) {
			return signType, nil
		}
	}
	return "", &Error{Reason: BadSignature, Detail: "no key of merchant " + m.MchID + " made it"}
}

// owns holds the fields that a kind carries against the merchant's lists.
func (m *Merchant) owns(fields Fields) *Error {
	if len(m.AppIDs) > 0 && !slices.Contains(m.AppIDs, fields.Get("appid")) {
		return &Error{Reason: WrongAppID}
	}
	if len(m.SubMchIDs) > 0 && !slices.Contains(m.SubMchIDs, fields.Get("sub_mch_id")) {
		return &Error{Reason: WrongSubMerchant}
	}
	return nil
}
