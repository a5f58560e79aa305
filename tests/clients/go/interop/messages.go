package main

// The messages of ../../proto/interop.proto, as the protobuf library reads them from tags: nothing is generated.

type empty struct{}

func (m *empty) Reset()         { *m = empty{} }
func (m *empty) String() string { return "empty" }
func (m *empty) ProtoMessage()  {}

type boolValue struct {
	Value bool `protobuf:"varint,1,opt,name=value,proto3"`
}

func (m *boolValue) Reset()         { *m = boolValue{} }
func (m *boolValue) String() string { return "boolValue" }
func (m *boolValue) ProtoMessage()  {}

type payload struct {
	Type int32  `protobuf:"varint,1,opt,name=type,proto3"`
	Body []byte `protobuf:"bytes,2,opt,name=body,proto3"`
}

func (m *payload) Reset()         { *m = payload{} }
func (m *payload) String() string { return "payload" }
func (m *payload) ProtoMessage()  {}

type echoStatus struct {
	Code    int32  `protobuf:"varint,1,opt,name=code,proto3"`
	Message string `protobuf:"bytes,2,opt,name=message,proto3"`
}

func (m *echoStatus) Reset()         { *m = echoStatus{} }
func (m *echoStatus) String() string { return "echoStatus" }
func (m *echoStatus) ProtoMessage()  {}

type simpleRequest struct {
	ResponseType       int32       `protobuf:"varint,1,opt,name=response_type,proto3"`
	ResponseSize       int32       `protobuf:"varint,2,opt,name=response_size,proto3"`
	Payload            *payload    `protobuf:"bytes,3,opt,name=payload,proto3"`
	ResponseCompressed *boolValue  `protobuf:"bytes,6,opt,name=response_compressed,proto3"`
	ResponseStatus     *echoStatus `protobuf:"bytes,7,opt,name=response_status,proto3"`
	ExpectCompressed   *boolValue  `protobuf:"bytes,8,opt,name=expect_compressed,proto3"`
}

func (m *simpleRequest) Reset()         { *m = simpleRequest{} }
func (m *simpleRequest) String() string { return "simpleRequest" }
func (m *simpleRequest) ProtoMessage()  {}

type simpleResponse struct {
	Payload *payload `protobuf:"bytes,1,opt,name=payload,proto3"`
}

func (m *simpleResponse) Reset()         { *m = simpleResponse{} }
func (m *simpleResponse) String() string { return "simpleResponse" }
func (m *simpleResponse) ProtoMessage()  {}

type inRequest struct {
	Payload          *payload   `protobuf:"bytes,1,opt,name=payload,proto3"`
	ExpectCompressed *boolValue `protobuf:"bytes,2,opt,name=expect_compressed,proto3"`
}

func (m *inRequest) Reset()         { *m = inRequest{} }
func (m *inRequest) String() string { return "inRequest" }
func (m *inRequest) ProtoMessage()  {}

type inResponse struct {
	AggregatedPayloadSize int32 `protobuf:"varint,1,opt,name=aggregated_payload_size,proto3"`
}

func (m *inResponse) Reset()         { *m = inResponse{} }
func (m *inResponse) String() string { return "inResponse" }
func (m *inResponse) ProtoMessage()  {}

type parameters struct {
	Size       int32      `protobuf:"varint,1,opt,name=size,proto3"`
	IntervalUs int32      `protobuf:"varint,2,opt,name=interval_us,proto3"`
	Compressed *boolValue `protobuf:"bytes,3,opt,name=compressed,proto3"`
}

func (m *parameters) Reset()         { *m = parameters{} }
func (m *parameters) String() string { return "parameters" }
func (m *parameters) ProtoMessage()  {}

type outRequest struct {
	ResponseType       int32         `protobuf:"varint,1,opt,name=response_type,proto3"`
	ResponseParameters []*parameters `protobuf:"bytes,2,rep,name=response_parameters,proto3"`
	Payload            *payload      `protobuf:"bytes,3,opt,name=payload,proto3"`
	ResponseStatus     *echoStatus   `protobuf:"bytes,7,opt,name=response_status,proto3"`
}

func (m *outRequest) Reset()         { *m = outRequest{} }
func (m *outRequest) String() string { return "outRequest" }
func (m *outRequest) ProtoMessage()  {}

type outResponse struct {
	Payload *payload `protobuf:"bytes,1,opt,name=payload,proto3"`
}

func (m *outResponse) Reset()         { *m = outResponse{} }
func (m *outResponse) String() string { return "outResponse" }
func (m *outResponse) ProtoMessage()  {}
