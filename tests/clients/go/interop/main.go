// gRPC's interoperability cases on grpc-go (Debian's golang-google-grpc-dev). What is read and printed: ../../README.md.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	service  = "/grpc.testing.TestService/"
	initial  = "x-grpc-test-echo-initial"
	trailing = "x-grpc-test-echo-trailing-bin"
	special  = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
)

type job struct {
	Endpoint string
	TLS      *struct{ CaFile string }
	Cases    []string
	Payments []map[string]string
}

// calls is a connection with its payments: a call that brought a message or OK was charged, any other was not.
type calls struct {
	connection *grpc.ClientConn
	payments   []map[string]string
}

func (c *calls) charged() {
	if len(c.payments) > 0 {
		c.payments = c.payments[1:]
	}
}

func (c *calls) context(parent context.Context, pairs ...string) context.Context {
	sent := metadata.Pairs(pairs...)
	if len(c.payments) > 0 {
		for key, value := range c.payments[0] {
			if strings.HasSuffix(key, "-bin") {
				bytes, err := hex.DecodeString(value)
				check(err)
				value = string(bytes)
			}
			sent.Set(key, value)
		}
	}
	return metadata.NewOutgoingContext(parent, sent)
}

func (c *calls) unary(code codes.Code, method string, request, reply interface{}, options ...grpc.CallOption) *status.Status {
	err := c.connection.Invoke(c.context(context.Background()), method, request, reply, options...)
	expect(err, code)
	if err == nil {
		c.charged()
	}
	return status.Convert(err)
}

func (c *calls) stream(parent context.Context, method string, options ...grpc.CallOption) grpc.ClientStream {
	description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := c.connection.NewStream(c.context(parent), description, service+method, options...)
	check(err)
	return stream
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(err error, code codes.Code) {
	require(status.Code(err) == code, fmt.Sprintf("%v instead of %v", err, code))
}

func require(truth bool, what string) {
	if !truth {
		panic(what)
	}
}

func body(size int) *payload { return &payload{Body: make([]byte, size)} }

func simple() *simpleRequest { return &simpleRequest{ResponseSize: 314159, Payload: body(271828)} }

func output(sizes ...int32) *outRequest {
	request := &outRequest{}
	for _, size := range sizes {
		request.ResponseParameters = append(request.ResponseParameters, &parameters{Size: size})
	}
	return request
}

func (c *calls) large(request *simpleRequest, options ...grpc.CallOption) {
	reply := &simpleResponse{}
	c.unary(codes.OK, service+"UnaryCall", request, reply, options...)
	require(len(reply.Payload.Body) == 314159, "size")
}

func (c *calls) input(code codes.Code, compressed *boolValue, options ...grpc.CallOption) {
	description := &grpc.StreamDesc{ClientStreams: true}
	stream, err := c.connection.NewStream(c.context(context.Background()), description, service+"StreamingInputCall", options...)
	check(err)
	sizes, sum := []int{27182, 8, 1828, 45904}, int32(74922)
	if compressed != nil {
		sizes, sum = []int{27182, 45904}, 73086
	}
	for _, size := range sizes {
		if stream.SendMsg(&inRequest{Payload: body(size), ExpectCompressed: compressed}) == io.EOF {
			break
		}
	}
	check(stream.CloseSend())
	reply := &inResponse{}
	err = stream.RecvMsg(reply)
	expect(err, code)
	if err == nil {
		require(reply.AggregatedPayloadSize == sum, "size")
		c.charged()
	}
}

func (c *calls) outputs(request *outRequest) {
	stream := c.stream(context.Background(), "StreamingOutputCall")
	send(stream, request)
	check(stream.CloseSend())
	for _, parameters := range request.ResponseParameters {
		receive(stream, int(parameters.Size))
	}
	end(stream)
	c.charged()
}

// send tells the call's status where the library only says that the call is over.
func send(stream grpc.ClientStream, message interface{}) {
	err := stream.SendMsg(message)
	if err == io.EOF {
		err = stream.RecvMsg(&outResponse{})
	}
	check(err)
}

func receive(stream grpc.ClientStream, size int) {
	reply := &outResponse{}
	check(stream.RecvMsg(reply))
	require(len(reply.Payload.Body) == size, "size")
}

func end(stream grpc.ClientStream) {
	require(stream.RecvMsg(&outResponse{}) == io.EOF, "end")
}

var cases = map[string]func(*calls){
	"empty_unary": func(c *calls) { c.unary(codes.OK, service+"EmptyCall", &empty{}, &empty{}) },
	"large_unary": func(c *calls) { c.large(simple()) },
	"client_compressed_unary": func(c *calls) {
		request := simple()
		request.ExpectCompressed = &boolValue{Value: true}
		c.unary(codes.InvalidArgument, service+"UnaryCall", request, &simpleResponse{})
		c.large(request, grpc.UseCompressor(gzip.Name))
		request.ExpectCompressed.Value = false
		c.large(request)
	},
	"server_compressed_unary": func(c *calls) {
		for _, compressed := range []bool{true, false} {
			request := simple()
			request.ResponseCompressed = &boolValue{Value: compressed}
			c.large(request)
		}
	},
	"client_streaming": func(c *calls) { c.input(codes.OK, nil) },
	"client_compressed_streaming": func(c *calls) {
		c.input(codes.InvalidArgument, &boolValue{Value: true})
		c.input(codes.OK, &boolValue{Value: true}, grpc.UseCompressor(gzip.Name))
		c.input(codes.OK, &boolValue{Value: false})
	},
	"server_streaming": func(c *calls) { c.outputs(output(31415, 9, 2653, 58979)) },
	"server_compressed_streaming": func(c *calls) {
		request := output(31415, 92653)
		request.ResponseParameters[0].Compressed = &boolValue{Value: true}
		request.ResponseParameters[1].Compressed = &boolValue{Value: false}
		c.outputs(request)
	},
	"ping_pong": func(c *calls) {
		stream := c.stream(context.Background(), "FullDuplexCall")
		for number, size := range []int32{31415, 9, 2653, 58979} {
			request := output(size)
			request.Payload = body([]int{27182, 8, 1828, 45904}[number])
			send(stream, request)
			receive(stream, int(size))
		}
		check(stream.CloseSend())
		end(stream)
		c.charged()
	},
	"empty_stream": func(c *calls) {
		stream := c.stream(context.Background(), "FullDuplexCall")
		check(stream.CloseSend())
		end(stream)
		c.charged()
	},
	"custom_metadata": func(c *calls) {
		told := func(header, trailer metadata.MD) {
			require(strings.Join(header.Get(initial), "|") == "test_initial_metadata_value", "initial metadata")
			require(strings.Join(trailer.Get(trailing), "|") == "\xab\xab\xab", "trailing metadata")
		}
		sent := []string{initial, "test_initial_metadata_value", trailing, "\xab\xab\xab"}
		var header, trailer metadata.MD
		check(c.connection.Invoke(c.context(context.Background(), sent...), service+"UnaryCall", simple(), &simpleResponse{}, grpc.Header(&header), grpc.Trailer(&trailer)))
		c.charged()
		told(header, trailer)

		description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
		stream, err := c.connection.NewStream(c.context(context.Background(), sent...), description, service+"FullDuplexCall")
		check(err)
		// The headers are waited for before anything is sent.
		header, err = stream.Header()
		check(err)
		send(stream, output(314159))
		check(stream.CloseSend())
		receive(stream, 314159)
		end(stream)
		c.charged()
		told(header, stream.Trailer())
	},
	"status_code_and_message": func(c *calls) {
		wanted := &echoStatus{Code: 2, Message: "test status message"}
		told := c.unary(codes.Unknown, service+"UnaryCall", &simpleRequest{ResponseStatus: wanted}, &simpleResponse{})
		require(told.Message() == wanted.Message, "text")
		stream := c.stream(context.Background(), "FullDuplexCall")
		send(stream, &outRequest{ResponseStatus: wanted})
		check(stream.CloseSend())
		err := stream.RecvMsg(&outResponse{})
		expect(err, codes.Unknown)
		require(status.Convert(err).Message() == wanted.Message, "text of the stream")
	},
	"special_status_message": func(c *calls) {
		request := &simpleRequest{ResponseStatus: &echoStatus{Code: 2, Message: special}}
		require(c.unary(codes.Unknown, service+"UnaryCall", request, &simpleResponse{}).Message() == special, "text")
	},
	"unimplemented_method": func(c *calls) { c.unary(codes.Unimplemented, service+"UnimplementedCall", &empty{}, &empty{}) },
	"unimplemented_service": func(c *calls) {
		c.unary(codes.Unimplemented, "/grpc.testing.UnimplementedService/UnimplementedCall", &empty{}, &empty{})
	},
	"cancel_after_begin": func(c *calls) {
		leaving, leave := context.WithCancel(context.Background())
		stream := c.stream(leaving, "StreamingInputCall")
		leave()
		expect(stream.RecvMsg(&inResponse{}), codes.Canceled)
	},
	"cancel_after_first_response": func(c *calls) {
		leaving, leave := context.WithCancel(context.Background())
		stream := c.stream(leaving, "FullDuplexCall")
		request := output(31415)
		request.Payload = body(27182)
		send(stream, request)
		receive(stream, 31415)
		c.charged()
		leave()
		expect(stream.RecvMsg(&outResponse{}), codes.Canceled)
	},
	"timeout_on_sleeping_server": func(c *calls) {
		short, leave := context.WithTimeout(context.Background(), time.Millisecond)
		defer leave()
		description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
		stream, err := c.connection.NewStream(c.context(short), description, service+"FullDuplexCall")
		if err == nil {
			_ = stream.SendMsg(&outRequest{Payload: body(27182)})
			err = stream.RecvMsg(&outResponse{})
		}
		expect(err, codes.DeadlineExceeded)
	},
}

func run(c *calls, name string) (problem *string) {
	defer func() {
		if broken := recover(); broken != nil {
			text := fmt.Sprint(broken)
			problem = &text
		}
	}()
	cases[name](c)
	return nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var job job
		check(json.Unmarshal(lines.Bytes(), &job))
		transport := grpc.WithInsecure()
		if job.TLS != nil {
			trusted, err := credentials.NewClientTLSFromFile(job.TLS.CaFile, "")
			check(err)
			transport = grpc.WithTransportCredentials(trusted)
		}
		connection, err := grpc.Dial(job.Endpoint, transport)
		check(err)
		c := &calls{connection, job.Payments}
		for _, name := range job.Cases {
			line, err := json.Marshal(map[string]interface{}{"case": name, "problem": run(c, name)})
			check(err)
			fmt.Println(string(line))
		}
		connection.Close()
	}
}
