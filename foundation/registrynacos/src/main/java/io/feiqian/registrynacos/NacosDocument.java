package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.registry.Document;
import io.feiqian.registry.Publication;
import io.feiqian.registry.RegistryMemory;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A document as it stands in Nacos, which knows no versions: the number is part of the text. Only
 * the worker's thread comes here, but for what asks it to.
 */
final class NacosDocument {
    /** Nacos shows what was written a moment later. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final int LOOKS = 30;

    private final String name;
    private final RegistryMemory memory;
    private final NacosWorker worker;
    private final Timer timer;
    private final SharedText text;

    NacosDocument(String name, RegistryMemory memory, NacosWorker worker, Timer timer) {
        this.name = name;
        this.memory = memory;
        this.worker = worker;
        this.timer = timer;
        this.text =
                new SharedText(
                        "document." + name,
                        worker.executor(),
                        changed -> changed.flatMap(this::parse).ifPresent(memory::learn));
    }

    void begin() {
        worker.run("read document " + name, this::read);
    }

    CompletableFuture<Optional<Document>> fetch() {
        return worker.ask("read document " + name, link -> parse(read(link)));
    }

    CompletableFuture<Publication> publish(long expected, String content, String writing) {
        CompletableFuture<Publication> answer = new CompletableFuture<>();
        var _ =
                worker.ask(
                                "publish document " + name,
                                link -> {
                                    write(link, answer, expected, content, writing);
                                    return true;
                                })
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                answer.completeExceptionally(failure);
                            }
                        });
        return answer;
    }

    private void write(
            NacosLink link,
            CompletableFuture<Publication> answer,
            long expected,
            String content,
            String writing)
            throws NacosException {
        SharedText.Seen seen = read(link);
        Optional<Document> current = parse(seen);
        if (current.map(Document::version).orElse(0L) != expected) {
            answer.complete(new Publication.Outdated(current));
            return;
        }
        Document next = new Document(name, expected + 1, content);
        ObjectNode node = SharedText.JSON.createObjectNode();
        node.put("version", next.version()).put("content", content);
        become(
                text.replace(link, seen, node, writing),
                answer,
                new Attempt(seen, next, writing),
                0);
    }

    /** A change that was asked for. */
    private record Attempt(SharedText.Seen before, Document next, String writing) {}

    private void become(
            SharedText.Change change,
            CompletableFuture<Publication> answer,
            Attempt attempt,
            int looks)
            throws NacosException {
        switch (change) {
            case MADE -> {
                memory.learn(attempt.next);
                answer.complete(new Publication.Published(attempt.next));
            }
            case OTHER_WAS_FIRST ->
                    worker.run(
                            "read document " + name,
                            link -> answer.complete(new Publication.Outdated(parse(read(link)))));
            case UNKNOWN -> {
                if (looks == LOOKS) {
                    answer.completeExceptionally(
                            new RegistryUnavailableException("cannot publish document " + name));
                } else {
                    timer.after(LOOK, () -> lookAgain(answer, attempt, looks + 1));
                }
            }
        }
    }

    private void lookAgain(CompletableFuture<Publication> answer, Attempt attempt, int looks) {
        var _ =
                worker.ask(
                                "publish document " + name,
                                link -> {
                                    become(
                                            text.find(link, attempt.before, attempt.writing),
                                            answer,
                                            attempt,
                                            looks);
                                    return true;
                                })
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                answer.completeExceptionally(failure);
                            }
                        });
    }

    private SharedText.Seen read(NacosLink link) throws NacosException {
        SharedText.Seen seen = text.read(link);
        parse(seen).ifPresent(memory::learn);
        return seen;
    }

    private Optional<Document> parse(SharedText.Seen seen) {
        return seen.content().flatMap(this::parse);
    }

    private Optional<Document> parse(ObjectNode node) {
        long version = node.path("version").asLong(0);
        return version < 1
                ? Optional.empty()
                : Optional.of(new Document(name, version, node.path("content").asText("")));
    }
}
