package verifier

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signer is one of WeChat Pay's keys, and a merchant to whom it speaks with it.
type signer struct {
	merchant    *Merchant
	key         *rsa.PublicKey
	fingerprint string
}

// clockWindow is how far the time of a signature may be from the time here.
// Source: WeChat Pay APIv3, "如何验证签名".
const clockWindow = 5 * time.Minute

// rsaSignatureType is the only suite that is accepted; it need not be named.
const rsaSignatureType = "WECHATPAY2-SHA256-RSA2048"

// probeMark stands in the signatures with which WeChat Pay finds out whether bad ones are
// refused.
const probeMark = "WECHATPAY/SIGNTEST/"

// v3Headers are the headers of an APIv3 notification that the signature needs.
type v3Headers struct{ timestamp, nonce, signature, serial, signatureType string }

// authenticateV3 proves who wrote a JSON body, and decrypts what it holds.
func (v *Verifier) authenticateV3(body string, header http.Header, n *Notification) *Error {
	if !json.Valid([]byte(body)) {
		return malformed("not JSON")
	}
	headers, err := readV3Headers(header)
	if err != nil {
		return err
	}
	signers, err := v.signersOf(headers, body)
	if err != nil {
		return err
	}
	if err := v.checkClock(headers.timestamp); err != nil {
		return err
	}
	n.APIVersion, n.Authenticity = "v3", "RSA"
	return n.openV3(body, signers)
}

// readV3Headers takes each header once: of two, another reader might take the other.
func readV3Headers(header http.Header) (h v3Headers, _ *Error) {
	required := []struct {
		name  string
		value *string
	}{
		{"Wechatpay-Timestamp", &h.timestamp},
		{"Wechatpay-Nonce", &h.nonce},
		{"Wechatpay-Signature", &h.signature},
		{"Wechatpay-Serial", &h.serial},
	}
	there := 0
	for _, each := range required {
		if header.Get(each.name) != "" {
			there++
		}
	}
	if there == 0 {
		return h, &Error{Reason: Unsigned}
	}
	for _, each := range required {
		values := header[each.name]
		if len(values) != 1 || values[0] == "" {
			return h, &Error{Reason: BadSignature, Detail: each.name + " must be there exactly once"}
		}
		*each.value = values[0]
	}
	switch types := header["Wechatpay-Signature-Type"]; len(types) {
	case 0:
	case 1:
		h.signatureType = types[0]
	default:
		return h, &Error{Reason: BadSignature, Detail: "Wechatpay-Signature-Type must not be there twice"}
	}
	return h, nil
}

// signersOf returns the key that made the signature, once for each merchant for whom it is
// configured.
func (v *Verifier) signersOf(h v3Headers, body string) ([]signer, *Error) {
	switch {
	case strings.Contains(h.signature, probeMark):
		return nil, &Error{Reason: Probe}
	case h.signatureType != "" && h.signatureType != rsaSignatureType:
		return nil, &Error{Reason: WrongSignType, Detail: "Wechatpay-Signature-Type is not " + rsaSignatureType}
	}
	candidates := v.signers[plainSerial(h.serial)]
	if len(candidates) == 0 {
		return nil, unknownSerial(h.serial)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(h.signature)
	if err != nil || strings.ContainsAny(h.signature, "\r\n") {
		return nil, &Error{Reason: BadSignature, Detail: "Wechatpay-Signature is not base64"}
	}
	digest := sha256.Sum256([]byte(h.timestamp + "\n" + h.nonce + "\n" + body + "\n"))
	var signers []signer
	for _, candidate := range candidates {
		if rsa.VerifyPKCS1v15(candidate.key, crypto.SHA256, digest[:], signature) == nil {
			signers = append(signers, candidate)
		}
	}
	if len(signers) == 0 {
		return nil, &Error{Reason: BadSignature, Detail: "the key of Wechatpay-Serial did not make it"}
	}
	return signers, nil
}

// unknownSerial tells which kind of file is missing.
func unknownSerial(serial string) *Error {
	if strings.HasPrefix(serial, publicKeyIDPrefix) {
		return &Error{Reason: UnknownSerial, Detail: "it is the id of a WeChat Pay public key"}
	}
	return &Error{Reason: UnknownSerial, Detail: "it is not the id of a public key; a platform certificate's serial number?"}
}

// checkClock looks at the time of the signature, which is signed along with the body.
func (v *Verifier) checkClock(timestamp string) *Error {
	seconds, ok := parseAmount(timestamp) // decimal digits of the same form
	if !ok {
		return &Error{Reason: BadSignature, Detail: "Wechatpay-Timestamp is not a number of seconds"}
	}
	if v.now == nil {
		return nil
	}
	if skew := v.now().Sub(time.Unix(seconds, 0)); skew.Abs() > clockWindow {
		return &Error{Reason: ClockSkew, Detail: "by " + strconv.Itoa(int(skew.Seconds())) + " s"}
	}
	return nil
}
