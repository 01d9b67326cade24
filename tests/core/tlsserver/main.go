// SPDX-License-Identifier: Apache-2.0

// A server of TLS as the components of Kubernetes are, for tst_tlsprobe:
// tlsserver PORT LOWEST HIGHEST SUITE[,SUITE…] CERTIFICATE
// LOWEST and HIGHEST are 10 to 13; CERTIFICATE is a path without .crt and .key, empty for a server that has none yet.
package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

func main() {
	versions := map[string]uint16{"10": tls.VersionTLS10, "11": tls.VersionTLS11, "12": tls.VersionTLS12, "13": tls.VersionTLS13}
	config := &tls.Config{MinVersion: versions[os.Args[2]], MaxVersion: versions[os.Args[3]]}
	for _, text := range strings.Split(os.Args[4], ",") {
		suite, err := strconv.ParseUint(text, 0, 16)
		if err != nil {
			panic(err)
		}
		config.CipherSuites = append(config.CipherSuites, uint16(suite))
	}
	config.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return nil, errors.New("no serving certificate available")
	}
	if os.Args[5] != "" {
		certificate, err := tls.LoadX509KeyPair(os.Args[5]+".crt", os.Args[5]+".key")
		if err != nil {
			panic(err)
		}
		config.GetCertificate = nil
		config.Certificates = []tls.Certificate{certificate}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer connection.Close()
			if err := tls.Server(connection, config).Handshake(); err != nil {
				fmt.Println(err)
			}
		}()
	}
}
