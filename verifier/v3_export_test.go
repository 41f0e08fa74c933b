package verifier

// JudgeSigned judges a body as Verify does once its signature holds. To sign takes a
// fuzzer too long.
func (v *Verifier) JudgeSigned(body string, n *Notification) error {
	n.reset()
	signers := make([]signer, 0, len(v.merchants))
	for _, merchant := range v.merchants {
		signers = append(signers, signer{merchant: merchant})
	}
	n.APIVersion, n.Authenticity = "v3", "RSA"
	if err := n.openV3(body, signers); err != nil {
		return err
	}
	if err := interpretV3(body, n); err != nil {
		return err
	}
	return nil
}
