/** Tests of the registry in etcd, against the real one. */
@NullMarked
package io.feiqian.registryetcd;

import org.jspecify.annotations.NullMarked;
