package io.feiqian.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import io.feiqian.gateway.shop.ShopProto;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AdminToken;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A cell whose contract a test writes: the shop's, changed, without any generated class. */
final class DynamicShop implements BindableService, AutoCloseable {
    private final String name;
    private final List<ApiMethod> methods;
    private final ServiceDescriptor service;
    private final RpcServer server;

    DynamicShop(String name, AdminToken token, Consumer<FileDescriptorProto.Builder> changes) {
        this.name = name;
        this.service = changed(changes);
        this.methods = ApiMethod.of(service);
        this.server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .add(this)
                        .build()
                        .start();
    }

    /** The shop's contract with these changes. */
    static ServiceDescriptor changed(Consumer<FileDescriptorProto.Builder> changes) {
        FileDescriptor shop = ShopProto.getDescriptor();
        FileDescriptorProto.Builder file = shop.toProto().toBuilder();
        changes.accept(file);
        try {
            return FileDescriptor.buildFrom(
                            file.build(), shop.getDependencies().toArray(FileDescriptor[]::new))
                    .getServices()
                    .getFirst();
        } catch (DescriptorValidationException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    /** Adds a method that asks like GetItem, at this path. */
    static Consumer<FileDescriptorProto.Builder> alsoAt(String path) {
        return file ->
                file.getServiceBuilder(0)
                        .addMethodBuilder()
                        .setName("Also")
                        .setInputType(".feiqian.gateway.shop.GetItemRequest")
                        .setOutputType(".feiqian.gateway.shop.BuyResponse")
                        .setOptions(
                                MethodOptions.newBuilder()
                                        .setExtension(
                                                AnnotationsProto.http,
                                                HttpRule.newBuilder().setGet(path).build()));
    }

    /** Names the service otherwise. */
    static Consumer<FileDescriptorProto.Builder> named(String name) {
        return file -> {
            file.setName("rival/" + name + ".proto");
            file.setPackage("feiqian.gateway.rival");
            file.getServiceBuilder(0).setName(name);
            file.getServiceBuilder(0)
                    .getMethodBuilderList()
                    .forEach(each -> {
                        each.setInputType(each.getInputType().replace(".shop.", ".rival."));
                        each.setOutputType(each.getOutputType().replace(".shop.", ".rival."));
                    });
            file.getMessageTypeBuilderList()
                    .forEach(message ->
                            message.getFieldBuilderList()
                                    .forEach(field -> {
                                        if (field.hasTypeName()) {
                                            field.setTypeName(
                                                    field.getTypeName()
                                                            .replace(".shop.", ".rival."));
                                        }
                                    }));
        };
    }

    Endpoint endpoint() {
        return new Endpoint(name, "127.0.0.1", server.port());
    }

    @Override
    public ServerServiceDefinition bindService() {
        var descriptor =
                io.grpc.ServiceDescriptor.newBuilder(service.getFullName())
                        .setSchemaDescriptor(methods.getFirst().method().getSchemaDescriptor());
        methods.forEach(each -> descriptor.addMethod(each.method()));
        var definition = ServerServiceDefinition.builder(descriptor.build());
        for (ApiMethod each : methods) {
            definition.addMethod(
                    each.method(),
                    ServerCalls.asyncUnaryCall((request, answer) -> {
                        var type =
                                service.findMethodByName(
                                                each.name().substring(each.name().indexOf('/') + 1))
                                        .getOutputType();
                        answer.onNext(
                                DynamicMessage.newBuilder(type)
                                        .setField(type.findFieldByName("said"), name)
                                        .build());
                        answer.onCompleted();
                    }));
        }
        return definition.build();
    }

    @Override
    public void close() {
        server.stop(Duration.ZERO);
    }
}
