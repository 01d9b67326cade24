// SPDX-License-Identifier: Apache-2.0

// Says what kube-apiserver's own loader makes of audit policies: each line of standard input is one in base64, each line
// of the answer begins with accept or refuse.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"

	"k8s.io/apiserver/pkg/audit/policy"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		bytes, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if _, err = policy.LoadPolicyFromBytes(bytes); err != nil {
			fmt.Printf("refuse %q\n", err.Error())
		} else {
			fmt.Println("accept")
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
