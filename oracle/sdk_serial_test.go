package oracle

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// The serial by which the SDK knows a certificate is the one by which we know it.
func TestSerialsAsTheSDKWritesThem(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, serial := range []string{
		"5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
		"0157F09EFDC096DE15EBE81A47057A7232F1B8E1",
		"0F",
		"10",
	} {
		number, _ := new(big.Int).SetString(serial, 16)
		template := &x509.Certificate{SerialNumber: number, NotAfter: time.Now().AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		theirs, err := utils.LoadCertificate(string(text))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := verifier.ParseCertificate(text)
		if err != nil {
			t.Fatal(err)
		}
		if want := utils.GetCertificateSerialNumber(*theirs); ours.Serial != want || want != serial {
			t.Errorf("the SDK knows it by %s, we by %s, want %s", want, ours.Serial, serial)
		}
	}
}
