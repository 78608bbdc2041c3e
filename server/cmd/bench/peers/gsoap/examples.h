/*
 * What the gSOAP server of the benchmark has: examples.addtwo and bench.size, in both
 * bindings of the service that it is compared with. soapcpp2 reads this.
 */

//gsoap literal service name: examples
//gsoap literal service namespace: urn:countersign
//gsoap literal service style: document
//gsoap literal service encoding: literal
//gsoap encoded service name: examples
//gsoap encoded service namespace: urn:countersign:rpc
//gsoap encoded service style: rpc
//gsoap encoded service encoding: encoded

struct xsd__base64Binary {
    unsigned char *__ptr;
    int __size;
};

int literal__examples_USCOREaddtwo(int a, int b, int *return_);
int literal__bench_USCOREsize(struct xsd__base64Binary data, int *return_);
int encoded__examples_USCOREaddtwo(int a, int b, int *return_);
int encoded__bench_USCOREsize(struct xsd__base64Binary data, int *return_);
