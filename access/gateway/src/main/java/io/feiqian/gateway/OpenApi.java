package io.feiqian.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The description of the API that the gateway serves (OpenAPI 3.1), made of the contracts in force
 * and of the routes that lead to them (S.gw-1, S.gw-7); made anew when either changes. Thread-safe.
 */
final class OpenApi {
    /** Where it is served. */
    static final String PATH = "/openapi.json";

    private static final String PROBLEM = "Problem";
    private static final String ADMIN = "admin-token";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private record Made(RouteTable routes, ProxyConfig proxy, String text) {}

    private final Supplier<ProxyConfig> proxy;
    private volatile Optional<Made> made = Optional.empty();

    OpenApi(Supplier<ProxyConfig> proxy) {
        this.proxy = proxy;
    }

    HttpAnswer answer(RouteTable routes) {
        ProxyConfig config = proxy.get();
        Optional<Made> known =
                made.filter(each -> each.routes().equals(routes) && each.proxy().equals(config));
        if (known.isEmpty()) {
            known = Optional.of(new Made(routes, config, text(routes, config)));
            made = known;
        }
        return HttpAnswer.json(200, known.get().text());
    }

    private static String text(RouteTable routes, ProxyConfig config) {
        return new Document(config).of(routes).toString();
    }

    /** One document while it is made. */
    private static final class Document {
        private final ProxyConfig config;
        private final Comments comments = new Comments();
        private final OpenApiSchemas schemas = new OpenApiSchemas(comments);
        private final Map<String, ObjectNode> paths = new TreeMap<>();
        private final Set<String> operations = new HashSet<>();

        Document(ProxyConfig config) {
            this.config = config;
        }

        ObjectNode of(RouteTable routes) {
            for (ApiMethod each : routes.methods()) {
                Optional<RouteConfig> route = OpenApiAccess.route(config, each);
                // Without any route everything is served; else what a route leads to.
                if (config.routes().isEmpty() || route.isPresent()) {
                    add(each, route);
                }
            }
            paths.put(TraceNumbers.PATH, traceNumbers());
            ObjectNode document = JSON.objectNode().put("openapi", "3.1.0");
            ObjectNode info = document.putObject("info");
            info.put("title", "Services of the bank");
            info.put("version", version());
            ObjectNode all = document.putObject("paths");
            paths.forEach(all::set);
            ObjectNode components = document.putObject("components");
            ObjectNode types = components.putObject("schemas");
            schemas.all().forEach(types::set);
            types.set(PROBLEM, problem());
            components.putObject("responses").set(PROBLEM, problemAnswer());
            ObjectNode schemes = components.putObject("securitySchemes");
            OpenApiAccess.schemes(config).forEach(schemes::set);
            schemes.set(
                    ADMIN,
                    JSON.objectNode()
                            .put("type", "http")
                            .put("scheme", "bearer")
                            .put("description", "The admin token, for operators"));
            return document;
        }

        /** Another text for other contracts. */
        private String version() {
            return "%08x".formatted(Objects.hash(paths.toString(), schemas.all().toString()));
        }

        private void add(ApiMethod method, Optional<RouteConfig> route) {
            MethodDescriptor contract = contract(method);
            boolean keyed =
                    route.map(RouteConfig::idempotency).orElse(false)
                            && method.changes()
                            && method.home().isPresent();
            ObjectNode operation = JSON.objectNode();
            operation.put("operationId", operation(contract));
            String said = comments.of(contract);
            operation.put("summary", said.isEmpty() ? contract.getName() : said);
            operation.putArray("tags").add(contract.getService().getFullName());
            ArrayNode parameters = JSON.arrayNode();
            for (String variable : method.path().variables()) {
                FieldDescriptor field = method.request().findFieldByName(variable);
                parameters.add(parameter(variable, "path", true, schemas.field(field)));
                schemas.comesFromElsewhere(method.request(), variable);
            }
            if (keyed) {
                schemas.comesFromElsewhere(method.request(), "trace_number");
            }
            if (method.bodyIsRequest()) {
                ObjectNode body = operation.putObject("requestBody").put("required", true);
                body.putObject("content")
                        .putObject(HttpAnswer.JSON)
                        .set("schema", schemas.ref(method.request()));
            } else {
                query(method, parameters);
            }
            headers(method, keyed, parameters);
            operation.set("parameters", parameters);
            operation.set("responses", responses(method, contract));
            OpenApiAccess.security(
                            route,
                            config,
                            method.operatorOnly() ? Optional.of(ADMIN) : Optional.empty())
                    .ifPresent(security -> operation.set("security", security));
            paths.computeIfAbsent(pathOf(method), path -> JSON.objectNode())
                    .set(method.verb().toLowerCase(Locale.ROOT), operation);
        }

        private String operation(MethodDescriptor contract) {
            String name = contract.getService().getName() + "_" + contract.getName();
            String unique = name;
            for (int i = 2; !operations.add(unique); i++) {
                unique = name + "_" + i;
            }
            return unique;
        }

        private void query(ApiMethod method, ArrayNode parameters) {
            for (FieldDescriptor each : method.request().getFields()) {
                if (each.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                        && !method.path().variables().contains(each.getName())) {
                    ObjectNode parameter =
                            parameter(each.getName(), "query", false, schemas.field(each));
                    String said = comments.of(each);
                    if (!said.isEmpty()) {
                        parameter.put("description", said);
                    }
                    parameters.add(parameter);
                }
            }
        }

        private ObjectNode responses(ApiMethod method, MethodDescriptor contract) {
            ObjectNode responses = JSON.objectNode();
            ObjectNode good = responses.putObject("200").put("description", "Accepted");
            if (method.traceNumber().isPresent() && method.changes()) {
                good.putObject("headers")
                        .putObject(Api.TRACE_HEADER)
                        .put("description", "The trace number of what was done")
                        .set("schema", JSON.objectNode().put("type", "string"));
            }
            good.putObject("content")
                    .putObject(HttpAnswer.JSON)
                    .set("schema", schemas.ref(contract.getOutputType()));
            responses.putObject("default").put("$ref", "#/components/responses/" + PROBLEM);
            return responses;
        }
    }

    private static void headers(ApiMethod method, boolean keyed, ArrayNode parameters) {
        ObjectNode text = JSON.objectNode().put("type", "string");
        if (keyed) {
            parameters.add(
                    parameter("Idempotency-Key", "header", false, text.deepCopy())
                            .put(
                                    "description",
                                    "Instead of trace_number: a UUID of version 7, or yyyymmdd- and a"
                                            + " name of your own; the same again in every repetition"));
        }
        if (method.operatorOnly()) {
            parameters.add(parameter("Feiqian-Operator", "header", true, text.deepCopy()));
            parameters.add(parameter("Feiqian-Reason", "header", true, text.deepCopy()));
        }
        parameters.add(
                parameter(
                                "Feiqian-Timeout-Ms",
                                "header",
                                false,
                                JSON.objectNode().put("type", "integer").put("minimum", 1))
                        .put("description", "How long an answer is of use"));
    }

    private static ObjectNode parameter(
            String name, String in, boolean required, ObjectNode schema) {
        ObjectNode parameter = JSON.objectNode().put("name", name).put("in", in);
        parameter.put("required", required);
        parameter.set("schema", schema);
        return parameter;
    }

    private static ObjectNode traceNumbers() {
        ObjectNode path = JSON.objectNode();
        ObjectNode operation = path.putObject("get").put("operationId", "traceNumber");
        operation.put("summary", "Hands out a fresh trace number");
        ArrayNode parameters = operation.putArray("parameters");
        for (String each : List.of("account", "slot", "date")) {
            parameters.add(
                    parameter(each, "query", false, JSON.objectNode().put("type", "string")));
        }
        ObjectNode responses = operation.putObject("responses");
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.putObject("properties").putObject("trace_number").put("type", "string");
        responses
                .putObject("200")
                .put("description", "A trace number")
                .putObject("content")
                .putObject(HttpAnswer.JSON)
                .set("schema", schema);
        responses.putObject("default").put("$ref", "#/components/responses/" + PROBLEM);
        return path;
    }

    private static ObjectNode problem() {
        ObjectNode problem = JSON.objectNode().put("type", "object");
        problem.put("description", "A problem document of RFC 9457 with a stable code");
        ObjectNode properties = problem.putObject("properties");
        for (String each : List.of("type", "title", "detail", "name", "trace_number")) {
            properties.putObject(each).put("type", "string");
        }
        properties.putObject("status").put("type", "integer");
        properties.putObject("code").put("type", "integer");
        properties.putObject("recorded").put("type", "boolean");
        properties.putObject("response").put("type", "object");
        problem.putArray("required").add("type").add("title").add("status").add("code").add("name");
        return problem;
    }

    private static ObjectNode problemAnswer() {
        ObjectNode answer = JSON.objectNode().put("description", "Refused, failed or unknown");
        answer.putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + PROBLEM);
        return answer;
    }

    private static String pathOf(ApiMethod method) {
        return "/" + String.join("/", method.path().segments());
    }

    private static MethodDescriptor contract(ApiMethod method) {
        if (method.method().getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
            return schema.getMethodDescriptor();
        }
        throw new IllegalStateException(method.name() + ": without its contract");
    }
}
