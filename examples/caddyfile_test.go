package examples

import (
	"os"
	"os/exec"
	"testing"
)

func TestCaddyfiles(t *testing.T) {
	for _, path := range []string{"php/Caddyfile", "java/Caddyfile"} {
		t.Run(path, func(t *testing.T) {
			home := t.TempDir()
			validate := exec.Command(caddyBinary, "validate", "--config", path)
			validate.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home,
				"WECHATPAY_APIV2_KEY="+key, "WECHATPAY_ATTACH_SECRET="+attachSecret)
			if output, err := validate.CombinedOutput(); err != nil {
				t.Errorf("caddy validate: %v\n%s", err, output)
			}
			text, err := os.ReadFile(path)
			must(t, err)
			formatted, err := exec.Command(caddyBinary, "fmt", path).Output()
			must(t, err)
			if string(formatted) != string(text) {
				t.Errorf("caddy fmt would write it so:\n%s", formatted)
			}
		})
	}
}
