package io.feiqian.benchmarks;

/** The ways to make a call that {@code bench rpc} compares; written as the reports write them. */
@SuppressWarnings("MemberName") // the names are the reports'
enum RpcWay {
    /** Plain grpc-java: the baseline. */
    grpc,
    /** Ours, with everything on. */
    feiqian,
    /** Dubbo with its own protocol. */
    dubbo,
    /** Dubbo over HTTP/2. */
    triple;

    RpcServing serve(RpcCase of, RpcTelemetry telemetry) {
        return switch (this) {
            case grpc -> GrpcCalls.serve(of);
            case feiqian ->
                    of == RpcCase.stream
                            ? StreamCalls.serve(telemetry)
                            : FeiqianCalls.serve(of, telemetry);
            case dubbo -> DubboCalls.serve("dubbo");
            case triple -> DubboCalls.serve("tri");
        };
    }

    RpcCalling connect(RpcCase of, int port, RpcTelemetry telemetry) {
        return switch (this) {
            case grpc -> GrpcCalls.connect(of, port);
            case feiqian ->
                    of == RpcCase.stream
                            ? StreamCalls.connect(port)
                            : FeiqianCalls.connect(port, telemetry);
            case dubbo -> DubboCalls.connect("dubbo", port);
            case triple -> DubboCalls.connect("tri", port);
        };
    }
}
