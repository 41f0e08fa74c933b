package diagnosis

// maxWork bounds the bytes that go through a digest for one explanation.
const maxWork = 64 << 20

// rsaWork is what it counts to check an RSA signature.
const rsaWork = 32 << 10

// work is what may still be spent on a search.
type work struct {
	left      int
	exhausted bool
}

// spend takes bytes off and reports whether there were as many left.
func (w *work) spend(bytes int) bool {
	if bytes > w.left {
		w.exhausted = true
		return false
	}
	w.left -= bytes
	return true
}
