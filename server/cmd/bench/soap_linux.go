package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"countersign/methods"
)

// soapForm is one of the two bindings that the WSDL describes, and its documents.
type soapForm struct{ name, call, megabyte string }

// soapForms are both. The encoded one is written as PHP's SoapClient writes it.
func soapForms() []soapForm {
	// A megabyte of digits; a service takes no more by default.
	data := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("countersign"), 750_000/11))
	literal := func(method, arguments string) string {
		return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>` +
			"<m:" + method + ` xmlns:m="urn:countersign">` + arguments + "</m:" + method + "></soap:Body></soap:Envelope>"
	}
	encoded := func(method, arguments string) string {
		return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
			`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="urn:countersign:rpc"` +
			` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
			` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` +
			` SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body>` +
			"<ns1:" + method + ">" + arguments + "</ns1:" + method + "></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
	}
	return []soapForm{
		{
			"document/literal", literal("examples_addtwo", "<a>5</a><b>37</b>"),
			literal("bench_size", "<data>"+data+"</data>"),
		},
		{
			"rpc/encoded", encoded("examples_addtwo", `<a xsi:type="xsd:int">5</a><b xsi:type="xsd:int">37</b>`),
			encoded("bench_size", `<data xsi:type="xsd:base64Binary">`+data+`</data>`),
		},
	}
}

// What the answers hold.
const (
	soapSum  = ">42</return>"
	soapSize = ">749991</return>"
)

// sizeModule has the method that takes a large argument and gives a small answer. Only
// the service that this program can be has it.
func sizeModule() methods.Module {
	return methods.Module{
		Name: "bench", Help: "A method to measure with.", Run: methods.Public(),
		Methods: []methods.Method{
			methods.New("size", "Counts bytes.", methods.Public(), func(_ context.Context, _ *methods.Call, in dataIn) (int, error) {
				return len(in.Data), nil
			}),
		},
	}
}

type dataIn struct {
	Data []byte `rpc:"data"`
}

// soap is the rows of SOAP.
func (b *bench) soap(ctx context.Context) (err error) {
	peer, err := b.buildGSOAP(ctx)
	if err != nil && !errors.Is(err, errNoGSOAP) {
		return err
	}
	if err != nil {
		b.note("5", "SOAP call by gSOAP", err.Error())
	}
	known := knownPairsInOrder()
	all := spread(knownPairs, knownPairs)
	for _, form := range soapForms() {
		if err := b.soapSteps(form, newSOAP(form.call, known, all)); err != nil {
			return err
		}
	}
	server, err := b.load(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	for _, form := range soapForms() {
		if err := b.soapCall(ctx, form, side{server.process, newSOAP(form.call, server.pairs, server.turns)}, peer); err != nil {
			return err
		}
	}
	if peer == "" {
		return nil
	}
	service, err := startSelf("countersign", "service")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.stop()) }()
	for _, form := range soapForms() {
		b.say("\nArgument of 1 MB of base64, %s, beside gSOAP", form.name)
		c, err := b.againstGSOAP(ctx, side{service, newSOAP(form.megabyte, known, all)}, peer, soapSize)
		if err != nil {
			return err
		}
		b.atMost("13", "1 MB of base64, "+form.name+", CPU by gSOAP", 0.40, c.ratio(cpu))
	}
	return nil
}

// soapCall is a small call under load.
func (b *bench) soapCall(ctx context.Context, form soapForm, target side, peer string) error {
	b.say("\nAuthenticated SOAP call of examples.addtwo, %s, 8 connections", form.name)
	if err := checkHas(target, soapSum); err != nil {
		return err
	}
	c, err := b.againstHandler(ctx, target.process, target.requests, 8, b.rounds)
	if err != nil {
		return err
	}
	b.instructions("5", "SOAP call, "+form.name+", instructions by bare net/http", 1.50, c)
	b.note("5", "the same, calls/s", c.ratio(rate).String())
	b.note("5", "the same, CPU per call", c.ratio(cpu).String())
	b.note("5", "the same, p99", c.ratio(p99).String())
	if peer == "" {
		return nil
	}
	b.say("\nThe same beside gSOAP")
	if c, err = b.againstGSOAP(ctx, target, peer, soapSum); err != nil {
		return err
	}
	b.atMost("5", "SOAP call, "+form.name+", CPU by gSOAP, which asks nobody who calls", 0.75, c.ratio(cpu))
	b.note("5", "the same, calls/s", c.ratio(rate).String())
	return nil
}

// againstGSOAP compares the server with a gSOAP server under the same requests.
func (b *bench) againstGSOAP(ctx context.Context, target side, path, want string) (c contest, err error) {
	server, err := start("gSOAP", path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	peer := side{server, target.requests.again()}
	if err := errors.Join(checkHas(peer, want), checkHas(target, want)); err != nil {
		return c, err
	}
	return b.contest(ctx, peer.again(), target.again(), 8, b.rounds)
}

// soapSteps counts the instructions of the processes themselves.
func (b *bench) soapSteps(form soapForm, asking *calls) error {
	service, err := startSelf("countersign", "service")
	if err != nil {
		return err
	}
	body, err := answer(service, asking.again())
	if err = errors.Join(err, service.stop()); err != nil {
		return err
	}
	single, err := b.stepServer(asking, "countersign", "service")
	if err != nil {
		return err
	}
	handler, err := b.stepServer(asking, "bare net/http", "handler", "-size", fmt.Sprint(len(body)))
	if err != nil {
		return err
	}
	b.say("\nInstructions per SOAP call, %s, counted by single-stepping, the kernel's not among them: bare net/http %.0f, countersign %.0f",
		form.name, handler, single)
	b.add("5", "SOAP call, "+form.name+", user instructions by bare net/http, single-stepped", "<= 1.50",
		fmt.Sprintf("%.2f", single/handler), single/handler <= 1.50)
	return nil
}

// checkHas asks once and looks for text in the answer.
func checkHas(s side, want string) error {
	got, err := answer(s.process, s.requests.again())
	if err == nil && !strings.Contains(string(got), want) {
		err = fmt.Errorf("%s answered %q, without %q", s.name, got, want)
	}
	return err
}
