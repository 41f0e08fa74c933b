package inspector

import (
	"strings"
	"testing"
)

// What would act on whoever reads it shows as what it is.
func TestLegible(t *testing.T) {
	for _, row := range []struct{ rule, text, want string }{
		{"ordinary text stays", "订单 SH-1|*@ é", "订单 SH-1|*@ é"},
		{"so does markup, which is text here", `<img src=x onerror="alert(1)">`, `<img src=x onerror="alert(1)">`},
		{"control characters", "a\x00\x1b[31m\r\n\t\x7fb", `a\u0000\u001b[31m\u000d\u000a\u0009\u007fb`},
		{"those of C1", "a\u0085\u009bb", `a\u0085\u009bb`},
		{"what turns text around", "a\u202egpj.exe\u2066\u200f", `a\u202egpj.exe\u2066\u200f`},
		{"what has no width", "a\u200b\ufeff\u00adb", `a\u200b\ufeff\u00adb`},
		{"what ends a line elsewhere", "a\u2028\u2029b", `a\u2028\u2029b`},
		{"tags beyond the basic plane", "a\U000e0041b", `a\udb40\udc41b`},
		{"what is not UTF-8", "a\xff\xc0b", "a\ufffd\ufffdb"},
		{"a long text is cut", strings.Repeat("很", 41), strings.Repeat("很", 40) + "…"},
		{"one that fits is not", strings.Repeat("很", 40), strings.Repeat("很", 40)},
		{"nothing", "", ""},
	} {
		if got := legible(row.text, 40); got != row.want {
			t.Errorf("%s: got %q, want %q", row.rule, got, row.want)
		}
	}
}
