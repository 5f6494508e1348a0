package io.feiqian.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import io.feiqian.rpc.contract.Options;
import io.feiqian.rpc.contract.ShardKey;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One method of a service as HTTP sees it.
 *
 * @param verb GET, POST, PUT, PATCH or DELETE
 * @param path where it is
 * @param bodyIsRequest whether the body is the whole request; else there is none
 * @param request the type of the request
 * @param method the gRPC method, with messages that need no generated classes
 * @param rule how the slot is found
 * @param shardKey the field that it is found by; empty for {@code ANY}
 * @param traceNumber the field that carries the trace number, where there is one
 * @param changes whether it changes something
 * @param operatorOnly whether it needs the admin token, an operator and a reason
 * @param home where a trace number is at home that is made of an idempotency key; empty where none
 *     can be made
 */
record ApiMethod(
        String verb,
        PathTemplate path,
        boolean bodyIsRequest,
        Descriptor request,
        io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> method,
        ShardKey.Rule rule,
        Optional<FieldDescriptor> shardKey,
        Optional<FieldDescriptor> traceNumber,
        boolean changes,
        boolean operatorOnly,
        Optional<Home> home) {
    /**
     * How the home slot of a new trace number is found.
     *
     * @param rule by which rule
     * @param field the field that it reads; empty for the idempotency key itself
     */
    record Home(ShardKey.Rule rule, Optional<FieldDescriptor> field) {}

    /** All methods of a service that have an HTTP rule. */
    static List<ApiMethod> of(ServiceDescriptor service) {
        List<ApiMethod> methods = new ArrayList<>();
        for (MethodDescriptor each : service.getMethods()) {
            if (!each.getOptions().hasExtension(AnnotationsProto.http)) {
                continue;
            }
            HttpRule http = each.getOptions().getExtension(AnnotationsProto.http);
            methods.add(of(each, http));
            http.getAdditionalBindingsList().forEach(more -> methods.add(of(each, more)));
        }
        return methods;
    }

    /** Whether any method of a service has an HTTP rule. */
    static boolean isOnHttp(ServiceDescriptor service) {
        return service.getMethods().stream()
                .anyMatch(each -> each.getOptions().hasExtension(AnnotationsProto.http));
    }

    /** The name of the gRPC method. */
    String name() {
        return method.getFullMethodName();
    }

    private static ApiMethod of(MethodDescriptor method, HttpRule http) {
        if (method.isClientStreaming() || method.isServerStreaming()) {
            throw wrong(method, "streams", "a unary method");
        }
        if (!http.getBody().isEmpty() && !http.getBody().equals("*")) {
            throw wrong(method, "body \"" + http.getBody() + "\"", "\"*\" or none");
        }
        ShardKey key = method.getOptions().getExtension(Options.shardKey);
        Descriptor request = method.getInputType();
        PathTemplate path = PathTemplate.parse(path(method, http));
        path.variables().forEach(each -> textField(method, each));
        return new ApiMethod(
                http.getPatternCase().name(),
                path,
                http.getBody().equals("*"),
                request,
                grpc(method),
                key.getRule(),
                key.getRule() == ShardKey.Rule.ANY
                        ? Optional.empty()
                        : Optional.of(textField(method, key.getField())),
                Optional.ofNullable(request.findFieldByName("trace_number")),
                method.getOptions().getExtension(Options.changes),
                method.getOptions().getExtension(Options.operatorOnly),
                home(method));
    }

    private static Optional<Home> home(MethodDescriptor method) {
        if (!method.getOptions().hasExtension(Options.home)
                || !method.getOptions().getExtension(Options.changes)
                || method.getInputType().findFieldByName("trace_number") == null) {
            return Optional.empty();
        }
        ShardKey told = method.getOptions().getExtension(Options.home);
        boolean ofField = !told.getField().isEmpty();
        boolean right =
                switch (told.getRule()) {
                    case HASH -> true;
                    case DIGITS -> ofField;
                    case ANY, TRACE_NUMBER, UNRECOGNIZED -> false;
                };
        if (!right) {
            throw wrong(method, "home by " + told.getRule(), "HASH, or DIGITS of a field");
        }
        return Optional.of(
                new Home(
                        told.getRule(),
                        ofField
                                ? Optional.of(textField(method, told.getField()))
                                : Optional.empty()));
    }

    private static String path(MethodDescriptor method, HttpRule http) {
        return switch (http.getPatternCase()) {
            case GET -> http.getGet();
            case PUT -> http.getPut();
            case POST -> http.getPost();
            case DELETE -> http.getDelete();
            case PATCH -> http.getPatch();
            case CUSTOM, PATTERN_NOT_SET ->
                    throw wrong(method, "a rule without a known verb", "get, post, put, …");
        };
    }

    private static FieldDescriptor textField(MethodDescriptor method, String name) {
        FieldDescriptor field = method.getInputType().findFieldByName(name);
        if (field == null
                || field.isRepeated()
                || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
            throw wrong(method, "field \"" + name + "\"", "a string field of the request");
        }
        return field;
    }

    private static io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> grpc(
            MethodDescriptor method) {
        return io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(
                        io.grpc.MethodDescriptor.generateFullMethodName(
                                method.getService().getFullName(), method.getName()))
                .setRequestMarshaller(
                        ProtoUtils.marshaller(
                                DynamicMessage.getDefaultInstance(method.getInputType())))
                .setResponseMarshaller(
                        ProtoUtils.marshaller(
                                DynamicMessage.getDefaultInstance(method.getOutputType())))
                .setSchemaDescriptor(new Schema(method))
                .build();
    }

    /** By which rules find what the contract says of a method. */
    private record Schema(MethodDescriptor method) implements ProtoMethodDescriptorSupplier {
        @Override
        public MethodDescriptor getMethodDescriptor() {
            return method;
        }

        @Override
        public ServiceDescriptor getServiceDescriptor() {
            return method.getService();
        }

        @Override
        public FileDescriptor getFileDescriptor() {
            return method.getFile();
        }
    }

    private static IllegalArgumentException wrong(
            MethodDescriptor method, String what, String expected) {
        return new IllegalArgumentException(
                method.getFullName() + ": " + what + " (expected: " + expected + ")");
    }
}
