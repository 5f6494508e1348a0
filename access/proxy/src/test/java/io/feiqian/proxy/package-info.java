@org.jspecify.annotations.NullMarked
package io.feiqian.proxy;
