package io.feiqian.registryetcd;

import io.etcd.jetcd.api.KeyValue;
import io.feiqian.registry.Document;
import io.feiqian.registry.RegistryMemory;

/** A document as it stands in etcd; an older one that is heard of late changes nothing. */
final class DocumentView implements WatchedRange.View {
    private final String name;
    private final RegistryMemory memory;
    private long revision;

    DocumentView(String name, RegistryMemory memory) {
        this.name = name;
        this.memory = memory;
    }

    @Override
    public void begin() {
        revision = 0;
    }

    @Override
    public void put(String unused, KeyValue value) {
        var _ = learn(value.getModRevision(), value.getVersion(), value.getValue().toStringUtf8());
    }

    /** What was known last stays known. */
    @Override
    public void removed(String unused) {}

    @Override
    public void done() {}

    /** Etcd counts the changes of a key from 1. */
    Document learn(long modified, long version, String content) {
        Document document = new Document(name, version, content);
        if (modified > revision) {
            revision = modified;
            memory.learn(document);
        }
        return document;
    }
}
