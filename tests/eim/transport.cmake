# The servers of ESipa, tested over real sockets.
add_library(sojourn_test_transport STATIC ../support/fault_proxy.cc ../support/test_certificates.cc)
target_link_libraries(sojourn_test_transport PRIVATE sojourn_options OpenSSL::Crypto
  Threads::Threads)

sojourn_test(https_server_test
  SOURCES http_binding_test.cc https_server_test.cc
  LINKS sojourn_esipa sojourn_esipa_client sojourn_test_transport THREADS)
sojourn_test(coap_exchange_test SOURCES coap_exchange_test.cc request_share_test.cc LINKS sojourn_esipa)
sojourn_test(coap_server_test SOURCES coap_server_test.cc
  LINKS sojourn_esipa sojourn_esipa_client sojourn_test_transport THREADS)
# Ten percent of all datagrams lost: half a minute of waiting for repetitions.
add_test(NAME coap_faults_test COMMAND coap_server_test "[slow]")
set_tests_properties(coap_faults_test PROPERTIES LABELS slow)
