package io.feiqian.spring;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.HttpEndpoint;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * What a service on Spring MVC offers others: the endpoint of their phase two, the context of their
 * calls as an argument, and refusals as problem documents.
 */
@AutoConfiguration(after = {FeiqianAutoConfiguration.class, FeiqianCallsAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(WebMvcConfigurer.class)
@ConditionalOnBean(GlobalTransactions.class)
public class FeiqianWebAutoConfiguration {
    /** Before interceptors of the service's own; policies come next and know who calls. */
    static final int RECEIVED = Ordered.HIGHEST_PRECEDENCE + 10;

    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private static final List<String> PATHS =
            List.of(HttpEndpoint.FINISH, HttpEndpoint.INQUIRE, HttpEndpoint.OPERATE);

    @Bean
    RouterFunction<ServerResponse> feiqianEndpoint(
            GlobalTransactions transactions,
            ContextKeys keys,
            FeiqianProperties properties,
            ObjectProvider<Clock> clock) {
        HttpEndpoint endpoint = endpoint(transactions, keys, properties, clock);
        RouterFunctions.Builder routes = RouterFunctions.route();
        for (String path : PATHS) {
            routes.POST(properties.path() + path, request -> answer(endpoint, path, request));
        }
        return routes.build();
    }

    private static HttpEndpoint endpoint(
            GlobalTransactions transactions,
            ContextKeys keys,
            FeiqianProperties properties,
            ObjectProvider<Clock> clock) {
        HttpEndpoint endpoint = new HttpEndpoint(transactions, keys);
        return properties.operatorsKeysFile().isEmpty()
                ? endpoint
                : endpoint.withOperators(
                        FeiqianAutoConfiguration.keys(
                                properties.operatorsKeysFile(),
                                clock.getIfAvailable(Clock::system),
                                "Let feiqian.operators-keys-file name a file of the same form as"
                                        + " the services' keys, with keys of its own, or leave it"
                                        + " out."));
    }

    /** The path as it was signed, without what this service is mounted under. */
    private static ServerResponse answer(HttpEndpoint endpoint, String path, ServerRequest request)
            throws IOException {
        byte[] body =
                request.servletRequest().getInputStream().readNBytes(endpoint.longestBody() + 1);
        if (body.length > endpoint.longestBody()) {
            return ServerResponse.status(413)
                    .contentType(TEXT)
                    .body(
                            OutcomeCode.BODY_TOO_LARGE.number()
                                    + " "
                                    + OutcomeCode.BODY_TOO_LARGE
                                    + ": body (expected: shorter)");
        }
        HttpEndpoint.Answer answer =
                endpoint.answer(
                        path,
                        Optional.ofNullable(request.headers().firstHeader(HttpEndpoint.SIGNATURE)),
                        new String(body, StandardCharsets.UTF_8));
        return ServerResponse.status(answer.status()).contentType(TEXT).body(answer.body());
    }

    @Bean
    @ConditionalOnMissingBean
    TransactionProblems feiqianProblems() {
        return new TransactionProblems();
    }

    @Bean
    WebMvcConfigurer feiqianContextOfCalls(ContextKeys keys) {
        ReceivedContext received = new ReceivedContext(keys);
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(received).order(RECEIVED);
            }

            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(received);
            }
        };
    }
}
